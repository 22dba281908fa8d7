import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Admission, admissionBytes } from '../../../runtime/host/admission.ts';
import { allocateShared, type SharedHandle, sharedBlock } from '../../../runtime/host/shared.ts';

const limits = { connections: 12, connectionsPerAddress: 3 };

function sharedFor(threads: number, of = limits): SharedHandle {
  return allocateShared(new Map([['admission', admissionBytes(threads, of)]]));
}

class Socket extends EventEmitter {
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function arrive(admission: Admission, address: string, trusted = false): Socket {
  const socket = new Socket();
  const stays = admission.admit(socket, { address, trusted });
  expect(socket.destroyed).toBe(!stays);
  return socket;
}

const stay = (sockets: readonly Socket[]): number => sockets.filter(({ destroyed }) => !destroyed).length;

describe('Admission', () => {
  it('gives each address so many places, over all threads, and takes them back', () => {
    const shared = sharedFor(2);
    const [one, two] = [new Admission(shared, 2, 1, limits), new Admission(shared, 2, 2, limits)];
    const sockets = [one, two, one, two, two].map((admission) => arrive(admission, '203.0.113.7'));
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false, true, true]);
    expect(stay([arrive(one, '203.0.113.8')])).toBe(1);
    sockets[1]?.destroy();
    expect(one.held).toBe(3);
    expect(stay([arrive(one, '203.0.113.7'), arrive(one, '203.0.113.7')])).toBe(1);
  });

  it('counts an IPv6 client by its network of 64 bits', () => {
    const one = new Admission(sharedFor(1), 1, 1, limits);
    const addresses = ['2001:db8::1', '2001:db8:0:0:1::2', '2001:db8::ffff:0:3', '2001:db8::4', '2001:db8:0:1::4'];
    expect(addresses.map((address) => arrive(one, address).destroyed)).toEqual([false, false, false, true, false]);
  });

  it('lets trusted proxies have as many as the process', () => {
    const one = new Admission(sharedFor(1), 1, 1, limits);
    const proxies = Array.from({ length: 14 }, () => arrive(one, '10.0.0.1', true));
    expect([stay(proxies), one.held]).toEqual([12, 12]);
    expect(stay([arrive(one, '203.0.113.9')])).toBe(0);
    for (const socket of proxies) if (!socket.destroyed) socket.destroy();
    expect(one.held).toBe(0);
  });

  it('counts one connection once, whoever asks', () => {
    const one = new Admission(sharedFor(1), 1, 1, limits);
    const socket = arrive(one, '203.0.113.7');
    expect(one.admit(socket, { address: '203.0.113.7', trusted: false })).toBe(true);
    expect(one.held).toBe(1);
    socket.destroy();
    expect(one.held).toBe(0);
  });

  it('uses the places of addresses that left', () => {
    const one = new Admission(sharedFor(1), 1, 1, limits);
    one.seed(1, 2);
    for (let n = 0; n < 5_000; n += 1) {
      const sockets = Array.from({ length: 12 }, (_, at) => arrive(one, `198.51.${n % 250}.${at}`));
      expect(stay(sockets)).toBe(12);
      for (const socket of sockets) socket.destroy();
    }
    expect(one.held).toBe(0);
  });

  it('tells who was turned away', () => {
    let refused = 0;
    const one = new Admission(sharedFor(1), 1, 1, limits, () => (refused += 1));
    for (let n = 0; n < 5; n += 1) arrive(one, '203.0.113.7');
    expect(refused).toBe(2);
  });

  it('frees what a dead thread held, its lock included', () => {
    const shared = sharedFor(2);
    const [main, one, two] = [0, 1, 2].map((thread) => new Admission(shared, 2, thread, limits));
    if (main === undefined || one === undefined || two === undefined) throw new Error('there are three');
    for (const admission of [one, one, two]) arrive(admission, '203.0.113.7');
    const { offset } = sharedBlock(shared, 'admission');
    Atomics.store(new Int32Array(shared.buffer, offset), 0, 1 + 1);
    main.bury(1);
    expect(main.held).toBe(1);
    expect(stay([two, two, two].map((admission) => arrive(admission, '203.0.113.7')))).toBe(2);
  });

  it('is exact while threads come and go at once', async () => {
    const of = { connections: 100, connectionsPerAddress: 40 };
    const shared = sharedFor(3, of);
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { Admission } = await import(workerData.module);
      const admission = new Admission(workerData.shared, 3, workerData.thread, workerData.of);
      let most = 0;
      for (let round = 0; round < 300; round += 1) {
        const close = [];
        for (let n = 0; n < 30; n += 1) {
          const socket = { once: (_event, listener) => close.push(listener), destroy() {} };
          admission.admit(socket, { address: '203.0.113.' + (n % 2), trusted: false });
        }
        most = Math.max(most, admission.held);
        for (const listener of close) listener();
      }
      parentPort.postMessage(most);`;
    const module = new URL('../../../runtime/host/admission.ts', import.meta.url).href;
    const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    const most = await Promise.all(
      [1, 2, 3].map(async (thread) => {
        const worker = new Worker(url, { workerData: { shared, thread, of, module } });
        const { promise, resolve, reject } = Promise.withResolvers<number>();
        worker.on('message', resolve).on('error', reject);
        return await promise.finally(() => worker.terminate());
      }),
    );
    // Two addresses: 40 each.
    for (const held of most) expect(held).toBeLessThanOrEqual(80);
    expect(new Admission(shared, 3, 0, of).held).toBe(0);
  });
});

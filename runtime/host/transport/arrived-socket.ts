import { Socket } from 'node:net';

/** Every read of the thread goes into the same memory: it is over before the next one begins. */
const page = Buffer.allocUnsafeSlow(65_536);

/** Takes bytes that are overwritten when it returns. */
export type ReadBytes = (page: Buffer, length: number) => void;

/**
 * A client's connection whose reads allocate nothing: what arrives goes to `reader` as long as there is one, and else the usual way, as
 * `data`. A server makes its sockets itself and gives each read memory of its own, so the connection moves from that socket to this one.
 */
export class ArrivedSocket extends Socket {
  reader: ReadBytes | undefined;

  /** @param handle what the server's socket held: libuv's connection */
  private constructor(handle: object) {
    const held: Record<string, unknown> = { handle };
    super({
      ...held,
      allowHalfOpen: true,
      onread: { buffer: page, callback: (length) => this.#read(length) },
    });
  }

  #read(length: number): boolean {
    const { reader } = this;
    if (reader === undefined) return this.push(Buffer.from(page.subarray(0, length)));
    reader(page, length);
    return true;
  }

  /** Moves a connection that has just arrived and was not read yet. Where Node does not show what a socket holds, it stays where it is. */
  static moved(socket: Socket): Socket {
    const handle: unknown = Reflect.get(socket, '_handle');
    if (typeof handle !== 'object' || handle === null || !('useUserBuffer' in handle)) return socket.resume();
    Reflect.set(socket, '_handle', null);
    socket.destroy();
    return new ArrivedSocket(handle);
  }
}

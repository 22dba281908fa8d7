/** What a test starts and does not have to stop: it ends with the test. */
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type GatewayOptions, startGateway, type TestGateway } from './gateway.ts';
import { startRawUpstream } from './wire.ts';

/** A service that answers by hand. */
export async function raw(serve: (socket: Socket, request: string) => void): ReturnType<typeof startRawUpstream> {
  const upstream = await startRawUpstream(serve);
  onTestFinished(() => upstream.stop());
  return upstream;
}

export async function gatewayTo(
  upstream: { readonly url: string },
  options: Omit<GatewayOptions, 'upstream'> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({ ...options, upstream: upstream.url });
  onTestFinished(() => gateway.stop());
  return gateway;
}

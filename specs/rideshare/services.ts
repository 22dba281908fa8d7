/**
 * The five services behind the ride-sharing gateways, small and in memory: enough to see real answers through the gateway.
 * They check nothing themselves; that is the gateway's part.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `parameters` are the groups of the pattern, percent-decoded. */
type Handler = (parameters: readonly string[], body: unknown, query: URLSearchParams) => Answer;
type Route = readonly [method: string, pattern: RegExp, handler: Handler];

export const serviceNames = ['rider', 'driver', 'trip', 'pricing', 'partner'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A running service; `url` is on loopback with an ephemeral port. */
export interface Service {
  readonly name: ServiceName;
  readonly url: string;
  close(): Promise<void>;
}

const rider = { id: '0190a6f0-6b2a-7c3e-9d52-3a1b8f6e4c11', name: 'Ada Lovelace', email: 'ada@example.com', tier: 'plus' };
const driver = {
  id: '0190a6f0-7777-7c3e-9d52-3a1b8f6e4c22',
  name: 'Gottlieb D.',
  rating: 4.9,
  vehicle: { plate: 'B RS 1886', class: 'comfort', model: 'Model 3' },
};
const here = { point: { lat: 52.5206, lng: 13.4098 }, address: 'Alexanderplatz 1' };
const euros = (amount: number) => ({ amount, currency: 'EUR' });
const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const shortId = () => randomUUID().replaceAll('-', '').slice(0, 12);
const notFound: Answer = { status: 404, json: { title: 'Not Found', status: 404 } };

function riderRoutes(): readonly Route[] {
  const methods = new Map<string, unknown>();
  let account: object = rider;
  return [
    ['GET', /^\/v1\/riders\/me$/, () => ({ status: 200, json: account })],
    [
      'PATCH',
      /^\/v1\/riders\/me$/,
      (_, body) => {
        account = { ...account, ...Object(body) };
        return { status: 200, json: account };
      },
    ],
    ['GET', /^\/v1\/riders\/me\/payment-methods$/, () => ({ status: 200, json: { items: [...methods.values()], next: null } })],
    [
      'POST',
      /^\/v1\/riders\/me\/payment-methods$/,
      (_, body) => {
        const added = { id: randomUUID(), ...Object(body) };
        methods.set(added.id, added);
        return { status: 201, json: added };
      },
    ],
    ['DELETE', /^\/v1\/riders\/me\/payment-methods\/([^/]+)$/, ([id = '']) => (methods.delete(id) ? { status: 204 } : notFound)],
  ];
}

function driverRoutes(): readonly Route[] {
  const offer = { id: 'of_a1b2c3', rideId: 'rd_7f3k2m9q', pickup: here, fare: euros(1850), expiresAt: minutesFromNow(1) };
  const full = { ...driver, status: 'online', licence: 'DE-4711' };
  return [
    ['GET', /^\/v1\/drivers\/me$/, () => ({ status: 200, json: full })],
    ['PUT', /^\/v1\/drivers\/me\/(?:status|location)$/, () => ({ status: 204 })],
    ['GET', /^\/v1\/drivers\/me\/offers$/, () => ({ status: 200, json: [offer] })],
    ['POST', /^\/v1\/drivers\/me\/offers\/([^/]+):accept$/, ([id]) => ({ status: 200, json: { ...offer, id } })],
    ['POST', /^\/v1\/drivers\/me\/offers\/([^/]+):decline$/, () => ({ status: 204 })],
    [
      'GET',
      /^\/v1\/drivers\/me\/earnings$/,
      (_, __, q) => ({ status: 200, json: [{ from: q.get('from'), total: euros(9120), rides: 6 }] }),
    ],
    ['GET', /^\/v1\/drivers\/([^/]+)$/, ([id]) => ({ status: 200, json: { ...driver, id } })],
    ['GET', /^\/v1\/admin\/drivers$/, () => ({ status: 200, json: { items: [full], next: null } })],
    ['POST', /^\/v1\/admin\/drivers\/([^/]+):suspend$/, () => ({ status: 204 })],
  ];
}

function tripRoutes(): readonly Route[] {
  const rides = new Map<string, { id: string; status: string }>();
  const change = (id: string, status: string): Answer => {
    const ride = rides.get(id);
    if (ride === undefined) return notFound;
    ride.status = status;
    return { status: 200, json: ride };
  };
  return [
    ['GET', /^\/v1\/(?:admin\/)?rides$/, () => ({ status: 200, json: { items: [...rides.values()].reverse(), next: null } })],
    [
      'POST',
      /^\/v1\/rides$/,
      (_, body) => {
        const ride = { id: `rd_${shortId()}`, status: 'requested', ...Object(body), requestedAt: minutesFromNow(0) };
        rides.set(ride.id, ride);
        return { status: 201, json: ride, headers: { location: `/v1/rides/${ride.id}` } };
      },
    ],
    ['GET', /^\/v1\/rides\/([^/:]+)$/, ([id = '']) => (rides.has(id) ? { status: 200, json: rides.get(id) } : notFound)],
    ['POST', /^\/v1\/rides\/([^/]+):cancel$/, ([id = '']) => change(id, 'cancelled')],
    [
      'GET',
      /^\/v1\/rides\/([^/]+)\/position$/,
      () => ({ status: 200, json: { point: here.point, at: minutesFromNow(0), etaSeconds: 240 } }),
    ],
    ['PUT', /^\/v1\/rides\/([^/]+)\/rating$/, () => ({ status: 204 })],
    [
      'GET',
      /^\/v1\/rides\/([^/]+)\/receipt\.pdf$/,
      () => ({ status: 200, text: '%PDF-1.4\n%%EOF\n', headers: { 'content-type': 'application/pdf' } }),
    ],
    ['POST', /^\/v1\/admin\/rides\/([^/]+):refund$/, () => ({ status: 204 })],
  ];
}

/** Sees paths without the public `/pricing`: the document strips it. */
function pricingRoutes(): readonly Route[] {
  const tariff = { base: euros(350), perKilometre: euros(160), perMinute: euros(25) };
  return [
    [
      'POST',
      /^\/quotes$/,
      (_, body) => {
        const { vehicleClasses = ['economy'] } = Object(body) as { vehicleClasses?: readonly string[] };
        const prices = vehicleClasses.map((vehicleClass, index) => ({
          vehicleClass,
          fare: euros(1290 + 400 * index),
          surge: null,
        }));
        return { status: 201, json: { id: `qt_${shortId()}`, expiresAt: minutesFromNow(5), prices } };
      },
    ],
    ['GET', /^\/estimate$/, () => ({ status: 200, json: { low: euros(1100), high: euros(1600), surge: null } })],
    ['GET', /^\/cities\/([^/]+)\.json$/, ([city]) => ({ status: 200, json: { city, ...tariff } })],
  ];
}

function partnerRoutes(): readonly Route[] {
  const bookings = new Map<string, unknown>();
  const shard = { 'x-booking-shard': '3' };
  return [
    [
      'POST',
      /^\/partner\/v1\/bookings$/,
      (_, body) => {
        const booking = { ...Object(body), id: `bk_${shortId()}`, status: 'booked' };
        bookings.set(booking.id, booking);
        return { status: 201, json: booking, headers: shard };
      },
    ],
    [
      'GET',
      /^\/partner\/v1\/bookings$/,
      () => ({ status: 200, json: { items: [...bookings.values()], next: null }, headers: shard }),
    ],
    [
      'GET',
      /^\/partner\/v1\/bookings\/([^/]+)$/,
      ([id = '']) => (bookings.has(id) ? { status: 200, json: bookings.get(id) } : notFound),
    ],
    ['DELETE', /^\/partner\/v1\/bookings\/([^/]+)$/, ([id = '']) => (bookings.delete(id) ? { status: 204 } : notFound)],
    [
      'GET',
      /^\/partner\/v1\/reports\/(.+?)\.\.\.(.+)$/,
      ([from, to]) => ({
        status: 200,
        text: `reference,from,to\nGH-2026-118,${from},${to}\n`,
        headers: { 'content-type': 'text/csv' },
      }),
    ],
  ];
}

const routesOf: Readonly<Record<ServiceName, () => readonly Route[]>> = {
  rider: riderRoutes,
  driver: driverRoutes,
  trip: tripRoutes,
  pricing: pricingRoutes,
  partner: partnerRoutes,
};

/** Starts all five on loopback, each on a free port. */
export async function startServices(): Promise<readonly Service[]> {
  return Promise.all(serviceNames.map(startService));
}

async function startService(name: ServiceName): Promise<Service> {
  const routes = routesOf[name]();
  const server = createServer((request, response) => {
    answer(routes, request).then(({ status, json, text, headers = {} }) => {
      const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
      response.writeHead(status, { ...type, ...headers });
      response.end(json === undefined ? text : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { name, url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://service');
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  for (const [method, pattern, handler] of routes) {
    const found = method === request.method ? pattern.exec(url.pathname) : null;
    if (found)
      return handler(found.slice(1).map(decodeURIComponent), text === '' ? undefined : JSON.parse(text), url.searchParams);
  }
  return notFound;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

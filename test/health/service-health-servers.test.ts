import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/health/listen.ts';
import { servesAlways, textPage } from '../../src/health/page.ts';
import type { ServiceHealth } from '../../src/health/service-health.ts';
import { ServiceHealthServers } from '../../src/health/service-health-servers.ts';
import type { Address } from '../../src/net/address.ts';
import type { ServiceKey } from '../../src/state/records.ts';
import { loopbackAddress } from '../support/health/loopback.ts';
import { serviceKey } from '../support/records.ts';

const web = serviceKey('default/web');
const api = serviceKey('default/api');

function make() {
  const wanted = new Map<ServiceKey, ServiceHealth>();
  const errors: string[] = [];
  const servers = new ServiceHealthServers({
    wanted: () => wanted,
    answer: (service) => servesAlways(() => textPage(200, service)),
    onListenError: (service, port, error) => errors.push(`${service} ${port}: ${error.message}`),
  });
  onTestFinished(() => servers.close());
  const address = loopbackAddress();
  servers.listenOn([address]);
  return {
    servers,
    address,
    errors,
    /** Sets the port of a Service, or takes it away. */
    async set(service: ServiceKey, port: number | undefined) {
      if (port === undefined) wanted.delete(service);
      else wanted.set(service, { port, localEndpoints: 1 });
      await servers.changed(new Set([service]));
    },
  };
}

/** Which Service answers there. */
async function who(address: Address, port: number): Promise<string> {
  return fetch(`http://${address}:${port}/any/path`)
    .then((answer) => answer.text())
    .catch(() => 'nobody');
}

describe('the servers of health check node ports', () => {
  test('come, change and go with their Services', async () => {
    const { address, set } = make();
    await set(web, 8081);
    expect(await who(address, 8081)).toBe('default/web');
    await set(web, 8082);
    expect([await who(address, 8081), await who(address, 8082)]).toEqual(['nobody', 'default/web']);
    await set(web, undefined);
    expect(await who(address, 8082)).toBe('nobody');
  });

  test('follow the addresses of the node', async () => {
    const { servers, address, set } = make();
    await set(web, 8081);
    const other = loopbackAddress();
    servers.listenOn([other]);
    await set(web, 8081);
    expect([await who(address, 8081), await who(other, 8081)]).toEqual(['nobody', 'default/web']);
  });

  test('all close at the end', async () => {
    const { servers, address, set } = make();
    const opening = set(web, 8081);
    await Promise.all([opening, servers.close()]);
    await set(api, 8082);
    expect([await who(address, 8081), await who(address, 8082)]).toEqual(['nobody', 'nobody']);
  });
});

describe('of two Services that want the same port', () => {
  test('the first gets it, and the other is reported once', async () => {
    const { address, errors, set } = make();
    await set(web, 8081);
    await set(api, 8081);
    await set(api, 8081);
    expect(await who(address, 8081)).toBe('default/web');
    expect(errors).toEqual([expect.stringMatching(/^default\/api 8081: listen EADDRINUSE/)]);
  });

  test('the other gets it when the first goes', async () => {
    const { address, set } = make();
    await set(web, 8081);
    await set(api, 8081);
    await set(web, undefined);
    expect(await who(address, 8081)).toBe('default/api');
  });
});

describe('a port that somebody else has', () => {
  test('is taken at the next change after it is free, whatever changes', async () => {
    const { address, errors, set } = make();
    const foreign = await listen({ address, port: 8081, answer: () => undefined });
    await set(web, 8081);
    expect(errors).toHaveLength(1);
    await foreign.close();
    await set(api, 8082);
    expect(await who(address, 8081)).toBe('default/web');
  });

  test('on one of several addresses leaves none of them open', async () => {
    const { servers, address, errors, set } = make();
    const taken = loopbackAddress();
    const foreign = await listen({ address: taken, port: 8081, answer: () => undefined });
    onTestFinished(() => foreign.close());
    servers.listenOn([address, taken]);
    await set(web, 8081);
    expect(errors).toHaveLength(1);
    expect(await who(address, 8081)).toBe('nobody');
  });
});

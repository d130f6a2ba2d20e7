import { describe, expect, test } from 'vitest';
import { servicePortOfChain } from '../../src/nftables/kube-proxy-chains.ts';

describe("the service port in kube-proxy's names of chains", () => {
  test.each([
    ['external-E2IH552V-default/shop/tcp/http', 'default/shop:http'],
    ['service-E2IH552V-default/shop/tcp/', 'default/shop'],
    ['endpoint-II334FA3-default/cart/tcp/http__10.244.0.51/8080', 'default/cart:http'],
    ['services', undefined],
  ])('%s', (chain, expected) => {
    expect(servicePortOfChain(chain)).toBe(expected);
  });
});

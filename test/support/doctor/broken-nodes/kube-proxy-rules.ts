import { addresses, ports } from './addresses.ts';

/** A pod that is gone: only a proxy that has not heard of it sends connections there. */
const gone = '10.244.0.99';
const service = `${addresses.service.IPv4}/32`;

/** Rules as kube-proxy in mode iptables writes them, for Service default/web as it was yesterday. */
export function kubeProxyRules(): string {
  return `*nat
:KUBE-SERVICES - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SVC-67NZLRHBNDSAWJRO - [0:0]
:KUBE-SEP-EPVTA2RHFPHQF37H - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-SERVICES -d ${service} -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport ${ports.service} -j KUBE-SVC-67NZLRHBNDSAWJRO
-A KUBE-SVC-67NZLRHBNDSAWJRO ! -s 10.244.0.0/16 -d ${service} -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport ${ports.service} -j KUBE-MARK-MASQ
-A KUBE-SVC-67NZLRHBNDSAWJRO -m comment --comment "default/web:http -> ${gone}:${ports.target}" -j KUBE-SEP-EPVTA2RHFPHQF37H
-A KUBE-SEP-EPVTA2RHFPHQF37H -s ${gone}/32 -m comment --comment "default/web:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-EPVTA2RHFPHQF37H -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination ${gone}:${ports.target}
COMMIT
`;
}

/** The same by kube-proxy in mode nftables; its rules come after those that stand already. */
export function kubeProxyTable(): string {
  return `table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { ${addresses.service.IPv4} . tcp . ${ports.service} : goto service-E2IH552V-default/web/tcp/http }
	}
	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}
	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
	chain service-E2IH552V-default/web/tcp/http {
		meta l4proto tcp dnat to ${gone}:${ports.target}
	}
}
`;
}

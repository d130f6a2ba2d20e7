/** An IP family, by the name that Kubernetes gives it in `spec.ipFamilies`. */
export type Family = 'IPv4' | 'IPv6';

export const families: readonly Family[] = ['IPv4', 'IPv6'];

/** A transport protocol, as Services and EndpointSlices write it. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

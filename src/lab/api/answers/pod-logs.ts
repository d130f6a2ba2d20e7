/** What a container wrote; of a Pod (`namespace/name`) that has one container, its name may be absent. `undefined`: no such container. */
export type PodLogs = (pod: string, container: string | undefined) => Promise<string | undefined>;

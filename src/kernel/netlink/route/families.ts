/** AF_BRIDGE: what a bridge, or a device that works like one, knows of its own. */
export const AF_BRIDGE = 7;

/**
 * Node's own HTTP. To import a module of Node's reads all that it exports, and that of `node:http` loads fetch, WebSocket and HTTP/2:
 * 14 MB and 25 ms, for what Portolan does not use.
 */
export const http = process.getBuiltinModule('node:http');

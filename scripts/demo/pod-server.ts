import { createServer } from 'node:http';

// What runs in a pod: an HTTP server that answers with the pod's name. Arguments: the name and the port.
const [name = '', port] = process.argv.slice(2);

const server = createServer((_request, response) => response.end(name));
server.listen(Number(port), '0.0.0.0', () => process.send?.('listening'));
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
});

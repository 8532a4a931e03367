import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { errorCatalog } from '@patchbay/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stringify } from 'yaml';
import { openApiDocument } from './openapi.js';

const require = createRequire(import.meta.url);
const swaggerFolder = dirname(require.resolve('swagger-ui-dist/package.json'));
const redocFolder = join(dirname(require.resolve('redoc/package.json')), 'bundles');

/** Both viewers style elements from their scripts and draw icons from data URLs; nothing comes from another host. */
const viewerPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'";

/** Serves the OpenAPI document at /api/schema/, Swagger UI at /api/docs/, Redoc at /api/redoc/ and the failure codes at /api/docs/errors/. */
export async function serveDocuments(server: FastifyInstance, version: string): Promise<void> {
  // Made when first asked for: few ask, and every start would pay.
  let document: object | undefined;
  const schema = (): object => (document ??= openApiDocument(version));
  await server.register(fastifyStatic, { root: swaggerFolder, prefix: '/api/docs/assets/', index: false, allowedPath: isViewerFile });
  await server.register(fastifyStatic, {
    root: redocFolder,
    prefix: '/api/redoc/assets/',
    index: false,
    decorateReply: false,
    allowedPath: isViewerFile,
  });
  server.get('/api/schema', (request, reply) =>
    wantsYaml(request)
      ? reply.type('application/yaml; charset=utf-8').send(stringify(schema()))
      : reply.type('application/json; charset=utf-8').send(JSON.stringify(schema())),
  );
  server.get('/api/docs', (_request, reply) => page(reply, swaggerPage));
  server.get('/api/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(swaggerStart));
  server.get('/api/redoc', (_request, reply) => page(reply, redocPage));
  server.get('/api/docs/errors', (_request, reply) => page(reply, errorsPage()));
}

const isViewerFile = (path: string): boolean => /\.(js|css|png)$/.test(path);

const page = (reply: FastifyReply, html: string): FastifyReply =>
  reply.header('content-security-policy', viewerPolicy).type('text/html; charset=utf-8').send(html);

const wantsYaml = (request: FastifyRequest): boolean => {
  const { format } = request.query as { format?: string };
  return format === 'yaml' || (format === undefined && /\byaml\b/.test(request.headers.accept ?? ''));
};

const head = (title: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>`;

const swaggerPage = `${head('Patchbay API')}<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/api/docs/assets/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`;

const swaggerStart = `SwaggerUIBundle({ url: '/api/schema/', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: true });`;

const redocPage = `${head('Patchbay API reference')}</head>
<body><redoc spec-url="/api/schema/"></redoc><script src="/api/redoc/assets/redoc.standalone.js"></script></body></html>`;

const errorsPage = (): string =>
  `${head('Patchbay failure codes')}<style>body{font:16px/1.5 system-ui;max-width:48rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}code{font-size:1.1em}</style></head>
<body><h1>Failure codes</h1><p>Every failed call answers <code>application/problem+json</code> with one of these as <code>code</code>.</p>${Object.entries(
    errorCatalog,
  )
    .map(
      ([code, { status, title, remedy }]) =>
        `<h2 id="${code}"><code>${code}</code> · ${status}</h2><p>${title}</p><p><strong>What to do:</strong> ${escape(remedy)}</p>`,
    )
    .join('')}</body></html>`;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

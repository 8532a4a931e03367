import { errorCatalog, routeCatalog, type ErrorCode } from '@patchbay/contracts';
import { generatedMark, type GeneratedFile } from './generated-file.js';

const introduction = `# Failure codes

Every failed call answers \`application/problem+json\`. Compare \`code\`, never the sentence:

\`\`\`json
{
  "type": "https://patchbay.example.com/api/docs/errors/#request_invalid",
  "title": "The request is not valid.",
  "status": 400,
  "error": "The request is not valid.",
  "code": "request_invalid",
  "details": { "events": "is required" },
  "request_id": "0198f2a4-0000-7000-8000-00000000f001"
}
\`\`\`

Give the \`request_id\` to whoever operates the installation: it leads to the log rows of the call. The list is closed; a code is never
given another meaning.`;

/** `docs/errors.md`: what each code means and what to do about it. */
export function errorsDocument(): GeneratedFile {
  const codes = Object.keys(errorCatalog) as ErrorCode[];
  return { path: 'docs/errors.md', content: [generatedMark, introduction, ...codes.map(section)].join('\n\n') };
}

function section(code: ErrorCode): string {
  const { status, title, remedy } = errorCatalog[code];
  const routes = routeCatalog.filter((route) => route.request.errors.includes(code)).map(({ method, path }) => `\`${method} ${path}/\``);
  const where = routes.length === 0 ? [] : [`Answered by ${routes.join(', ')}.`];
  return [`## ${code}`, `**${status}** · ${title}`, `What to do: ${remedy}`, ...where].join('\n\n');
}

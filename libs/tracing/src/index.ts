export * from './otlp.js';
export * from './trace-context.js';

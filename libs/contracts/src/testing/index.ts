export * from './hostile-text.js';

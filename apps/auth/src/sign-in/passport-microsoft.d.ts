/** The package brings no types, and nobody else has written them. */
declare module 'passport-microsoft' {
  export class Strategy {
    constructor(options: object, verify: object);
  }
}

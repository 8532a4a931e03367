import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose';

/** Undefined leaves a claim out. */
type Claims = Readonly<Record<string, unknown>>;
type Head = Partial<JWTHeaderParameters>;

interface SignOptions {
  readonly header?: Head;
  readonly key?: CryptoKey | Uint8Array;
  /** False leaves the key's id out. */
  readonly isNamed?: boolean;
}

/** A product with people of its own: it signs tokens and publishes its keys. */
export class HostProduct {
  static readonly issuer = 'https://host.test/';
  static readonly audience = 'patchbay-of-host';
  /** How its key set answers at the moment. */
  mood: 'well' | 'failing' | 'silent' | 'babbling' = 'well';
  /** How often the key set was asked for. */
  asked = 0;
  readonly #published: JWK[] = [];

  private constructor(
    private readonly server: Server,
    /** For attacks: what everybody can read. */
    readonly publicPem: string,
    private readonly keys: Awaited<ReturnType<typeof generateKeyPair>>,
  ) {}

  static async start(): Promise<HostProduct> {
    const keys = await generateKeyPair('RS256', { extractable: true });
    const server = createServer();
    const host = new HostProduct(server, await exportSPKI(keys.publicKey), keys);
    await host.publish(keys.publicKey, 'h1', 'RS256');
    server.on('request', (_request, response) => {
      host.asked += 1;
      if (host.mood === 'silent') return;
      if (host.mood === 'babbling') response.end('<h1>Welcome</h1>');
      else response.writeHead(host.mood === 'failing' ? 500 : 200).end(JSON.stringify({ keys: host.#published }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  get environment(): Readonly<Record<string, string>> {
    return { HOST_JWT_JWKS_URL: this.jwksUrl, HOST_JWT_ISSUER: HostProduct.issuer, HOST_JWT_AUDIENCE: HostProduct.audience };
  }

  /** One more public key; without a key id when that is empty. */
  async publish(key: CryptoKey, kid: string, alg: string): Promise<void> {
    this.#published.push({ ...(await exportJWK(key)), ...(kid !== '' && { kid }), alg, use: 'sig' });
  }

  /** A token of the host; claims and head that are given win. */
  token(claims: Claims = {}, { header = {}, key = this.keys.privateKey, isNamed = true }: SignOptions = {}) {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: HostProduct.issuer, aud: HostProduct.audience, sub: 'host-user-1', org: { id: 't1' }, iat: now, exp: now + 300 };
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'RS256', ...(isNamed && { kid: 'h1' }), ...header }).sign(key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

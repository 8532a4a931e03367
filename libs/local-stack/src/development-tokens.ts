import { connect } from '@nats-io/transport-node';

/** A development user with an access token. */
export interface DevelopmentToken {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly token: string;
}

/** Asks the auth service for access tokens of the development users. It answers in development only. */
export async function issueDevelopmentTokens(natsUrl: string): Promise<readonly DevelopmentToken[]> {
  const connection = await connect({ servers: natsUrl });
  try {
    const answer = await connection.request('request.auth.issue-development-tokens.v1', JSON.stringify({ input: {} }), { timeout: 10_000 });
    // Successful answers carry no headers; a failure names its code in one.
    if (answer.headers !== undefined) throw new Error(`auth refused the development tokens: ${answer.headers.get('Patchbay-Error')}`);
    return answer.json<{ items: readonly DevelopmentToken[] }>().items;
  } finally {
    await connection.close();
  }
}

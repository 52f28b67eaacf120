/**
 * Temporary credentials: a role assumed, or a user's or root's session token. They are in the ledger, for a client keeps
 * using them across a restart; a day after their end they are forgotten.
 */
import type { Principal } from '../../gateway/operation.ts'
import { newId, newSecret, newSessionToken } from './ids.ts'
import type { Needs, Tags } from './needs.ts'

export interface Session {
  readonly key: string
  readonly secret: string
  readonly token: string
  /** Without the access key. */
  readonly principal: Principal
  /** Documents that bound what the session may; undefined when nothing does. */
  readonly policies?: readonly string[]
  readonly tags: Tags
  readonly expiresAt: number
}

interface SessionRow {
  readonly key: string
  readonly secret: string
  readonly token: string
  readonly principal: string
  readonly policies: string | null
  readonly tags: string
  readonly expires_at: number
}

/** Long enough that a client hears of an expired token rather than of an unknown key. */
const rememberedMilliseconds = 86_400_000

export class Sessions {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  find(key: string): Session | undefined {
    const row = this.#needs.ledger.get<SessionRow>('SELECT * FROM iam_session WHERE key = ?', key)
    return (
      row && {
        key: row.key,
        secret: row.secret,
        token: row.token,
        principal: JSON.parse(row.principal) as Principal,
        ...(row.policies !== null && { policies: JSON.parse(row.policies) as readonly string[] }),
        tags: JSON.parse(row.tags) as Tags,
        expiresAt: row.expires_at,
      }
    )
  }

  create(wanted: {
    principal: Principal
    policies: readonly string[] | undefined
    tags: Tags
    seconds: number
  }): Promise<Session> {
    const { random, clock, change } = this.#needs
    const now = Math.floor(clock.now() / 1000) * 1000
    const session: Session = {
      key: newId(random, 'ASIA'),
      secret: newSecret(random),
      token: newSessionToken(random),
      principal: wanted.principal,
      ...(wanted.policies && { policies: wanted.policies }),
      tags: wanted.tags,
      expiresAt: now + wanted.seconds * 1000,
    }
    return change(write => {
      write.run('DELETE FROM iam_session WHERE expires_at < ?', now - rememberedMilliseconds)
      write.run(
        'INSERT INTO iam_session VALUES (?, ?, ?, ?, ?, ?, ?)',
        session.key,
        session.secret,
        session.token,
        JSON.stringify(session.principal),
        session.policies ? JSON.stringify(session.policies) : null,
        JSON.stringify(session.tags),
        session.expiresAt,
      )
      return session
    })
  }
}

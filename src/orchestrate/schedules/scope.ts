/** Resources are kept apart by account and region. */
export interface Scope {
  readonly account: string
  readonly region: string
}

// Columns of queries around one that a lambda names. DuckDB's lambdas see the columns of their own query's FROM alone, so
// these are brought there: FROM (SELECT outer.c0 AS v0) AS athena_outer_1, …

export class Captures {
  readonly #relation: string
  readonly #names = new Map<string, string>()
  #asked = 0

  constructor(relation: string) {
    this.#relation = relation
  }

  /** What the lambda says for it. */
  add(sql: string): string {
    this.#asked += 1
    const name = this.#names.get(sql) ?? `v${this.#names.size}`
    this.#names.set(sql, name)
    return `${this.#relation}.${name}`
  }

  /** How often one was asked for. */
  get asked(): number {
    return this.#asked
  }

  /** As a relation, once all are known; undefined where there are none. */
  get sql(): string | undefined {
    if (this.#names.size === 0) return undefined
    const columns = [...this.#names].map(([sql, name]) => `${sql} AS ${name}`)
    return `(SELECT ${columns.join(', ')}) AS ${this.#relation}`
  }
}

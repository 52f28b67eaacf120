// Which tables there are, and how data of an older Biwa becomes that of this one: each room counts its own versions.

import type { Database } from '../world/disk.ts'
import { DataDirectoryMistake } from './data-directory-mistake.ts'

export class Rooms {
  readonly #database: Database
  readonly #versions = new Map<string, number>()

  constructor(database: Database) {
    this.#database = database
    database.exec(
      'CREATE TABLE IF NOT EXISTS room (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    )
    for (const row of database.prepare('SELECT name, version FROM room').all()) {
      this.#versions.set(String(row.name), Number(row.version))
    }
  }

  define(name: string, versions: readonly string[]): void {
    const found = this.#versions.get(name) ?? 0
    if (found > versions.length) {
      throw new DataDirectoryMistake(
        `The data's "${name}" has version ${found}, and this Biwa knows versions up to ${versions.length}: ` +
          'it was written by a newer Biwa. Start that one, or choose another data directory.',
      )
    }
    if (found === versions.length) return
    this.#database.begin()
    try {
      for (const ddl of versions.slice(found)) this.#database.exec(ddl)
      this.#database
        .prepare('INSERT INTO room VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version')
        .run(name, versions.length)
      // Durable with the first acknowledged commit after it; lost alone, it is simply done again.
      this.#database.commit()
    } catch (cause) {
      this.#database.rollback()
      throw cause
    }
    this.#versions.set(name, versions.length)
  }
}

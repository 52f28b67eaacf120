// A disk that is full whenever it is told so: what would need room fails as the system's calls and SQLite's do then. Reading,
// renaming and removing go on.

import type { Database } from './database.ts'
import type { Disk, DiskFile } from './disk.ts'
import { sqliteFull } from './full-disk.ts'

/** Asked before each write. */
type IsFull = () => boolean

export function fillingDisk(disk: Disk, isFull: IsFull): Disk {
  const demandRoom = (path: string): void => {
    if (isFull())
      throw Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC', path })
  }
  return allBut(disk, {
    async open(path, mode) {
      if (mode === 'create') demandRoom(path)
      const file = await disk.open(path, mode)
      return mode === 'read' ? file : fillingFile(file, () => demandRoom(path))
    },
    async makeDirectory(path) {
      demandRoom(path)
      await disk.makeDirectory(path)
    },
    async database(path) {
      return fillingDatabase(await disk.database(path), isFull)
    },
  })
}

const fillingFile = (file: DiskFile, demandRoom: () => void): DiskFile =>
  allBut(file, {
    async write(bytes, position) {
      demandRoom()
      await file.write(bytes, position)
    },
    async writeDurably(bytes, position) {
      demandRoom()
      await file.writeDurably(bytes, position)
    },
  })

const fillingDatabase = (database: Database, isFull: IsFull): Database =>
  allBut(database, {
    /** SQLite undoes a transaction that it has no room for. */
    commit() {
      if (isFull()) {
        database.rollback()
        throw Object.assign(new Error('database or disk is full'), { errcode: sqliteFull })
      }
      database.commit()
    },
  })

/** The same thing with some members of its own. */
const allBut = <T extends object>(inner: T, own: Partial<T>): T =>
  new Proxy(inner, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name)
      const value: unknown = Reflect.get(inner, name)
      // What is private to it is found on itself alone.
      return typeof value === 'function' ? value.bind(inner) : value
    },
  })

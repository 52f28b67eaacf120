// The names on a simulated disk: what processes see, and what a power cut would leave of it. A change of names counts only
// after a sync of its directory; then so do all changes before it that it rests on. What is not synced may survive too,
// with whatever it rests on: changes within one directory never overtake each other.

import { dirname } from 'node:path'
import type { Random } from '../random.ts'
import { Inode } from './inode.ts'

interface Tree {
  readonly files: Map<string, Inode>
  readonly directories: Set<string>
}

interface NameChange {
  /** In which names change. */
  readonly directories: readonly string[]
  apply(tree: Tree): void
}

export class Names {
  #seen: Tree = { files: new Map(), directories: new Set() }
  #durable: Tree = { files: new Map(), directories: new Set() }
  #changes: NameChange[] = []

  file(path: string): Inode | undefined {
    return this.#seen.files.get(path)
  }

  has(path: string): boolean {
    return this.#seen.files.has(path) || this.#seen.directories.has(path)
  }

  hasDirectory(path: string): boolean {
    return this.#seen.directories.has(path)
  }

  list(directory: string): readonly string[] {
    const prefix = withSlash(directory)
    const names = [...this.#seen.files.keys(), ...this.#seen.directories]
      .filter(path => path.startsWith(prefix))
      .map(path => path.slice(prefix.length))
    return names.filter(name => name !== '' && !name.includes('/'))
  }

  create(path: string): Inode {
    const inode = new Inode()
    this.#change({ directories: [dirname(path)], apply: ({ files }) => void files.set(path, inode) })
    return inode
  }

  remove(path: string): void {
    this.#change({ directories: [dirname(path)], apply: ({ files }) => void files.delete(path) })
  }

  rename(from: string, to: string): void {
    const inode = this.#seen.files.get(from)
    this.#change({
      directories: [dirname(from), dirname(to)],
      apply(tree) {
        if (inode === undefined) return renameDirectory(tree, from, to)
        tree.files.delete(from)
        tree.files.set(to, inode)
      },
    })
  }

  removeDirectory(path: string): void {
    const prefix = withSlash(path)
    for (const file of [...this.#seen.files.keys()].filter(name => name.startsWith(prefix))) this.remove(file)
    const below = [...this.#seen.directories].filter(name => name.startsWith(prefix))
    for (const directory of [...below.toSorted().toReversed(), path]) {
      this.#change({ directories: [dirname(directory)], apply: tree => removeDirectory(tree, directory) })
    }
  }

  makeDirectory(path: string): void {
    for (let directory = path; !this.#seen.directories.has(directory); directory = dirname(directory)) {
      this.#seen.directories.add(directory)
      this.#durable.directories.add(directory)
    }
  }

  sync(directory: string): void {
    const last = this.#changes.findLastIndex(change => change.directories.includes(directory))
    this.#settle(last)
  }

  crash(random: Random): void {
    while (this.#changes.length > 0 && random.fraction() < 0.6) {
      this.#settle(Math.floor(random.fraction() * this.#changes.length))
    }
    this.#changes = []
    const files = new Map(this.#durable.files)
    const directories = new Set(this.#durable.directories)
    for (const path of files.keys()) {
      for (let above = dirname(path); !directories.has(above); above = dirname(above)) directories.add(above)
    }
    this.#seen = { files, directories }
    for (const directory of directories) this.#durable.directories.add(directory)
    for (const inode of new Set(files.values())) inode.crash(random)
  }

  /** Makes one change durable, and all before it in the directories that it, or one it rests on, touches. */
  #settle(last: number): void {
    const touched = new Set(this.#changes[last]?.directories)
    const settled = new Set<NameChange>()
    for (const change of this.#changes.slice(0, last + 1).toReversed()) {
      if (!change.directories.some(directory => touched.has(directory))) continue
      settled.add(change)
      for (const directory of change.directories) touched.add(directory)
    }
    for (const change of this.#changes) if (settled.has(change)) change.apply(this.#durable)
    this.#changes = this.#changes.filter(change => !settled.has(change))
  }

  #change(change: NameChange): void {
    change.apply(this.#seen)
    this.#changes.push(change)
  }
}

function renameDirectory({ files, directories }: Tree, from: string, to: string): void {
  const prefix = withSlash(from)
  for (const [path, inode] of [...files]) {
    if (!path.startsWith(prefix)) continue
    files.delete(path)
    files.set(withSlash(to) + path.slice(prefix.length), inode)
  }
  for (const path of [...directories]) {
    if (path !== from && !path.startsWith(prefix)) continue
    directories.delete(path)
    directories.add(to + path.slice(from.length))
  }
}

/** With what is still in it: without its directory nobody finds it. */
function removeDirectory({ files, directories }: Tree, path: string): void {
  const prefix = withSlash(path)
  for (const file of [...files.keys()]) if (file.startsWith(prefix)) files.delete(file)
  for (const directory of [...directories])
    if (directory === path || directory.startsWith(prefix)) directories.delete(directory)
}

function withSlash(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`
}

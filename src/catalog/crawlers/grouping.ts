// Which folders are a table, and which of them are its partitions:
//
//   a folder whose folders are `key=value`        is a table, partitioned by the keys
//   a folder whose folders look alike (one        is a table, partitioned by partition_0, partition_1 …, as AWS does
//   format, similar columns, one depth)           for `2025/10/15/`
//   any other folder with files                   is a table
//
// A difference from AWS on purpose: a folder that holds a table of `key=value` folders, and one that has no neighbours and
// is no number, is never made a partition value of a table above it; people name such folders for the table.
import { parseFolder } from '../glue/partition-path.ts'
import type { CrawlConfiguration } from './configuration.ts'
import type { Contents } from './crawler.ts'
import { similarSchemaShare } from './limits.ts'
import { type Folder, mergeContents, sameFormat } from './survey.ts'

export interface FoundTable {
  /** Its folder below the target. */
  readonly path: readonly string[]
  /** Undefined when only folders were seen that are known already. */
  readonly contents: Contents | undefined
  /** Empty when it has no partitions. */
  readonly keys: readonly string[]
  readonly folders: readonly FoundFolder[]
}

export interface FoundFolder extends Folder {
  /** Of the partition; empty when the table has none. */
  readonly values: readonly string[]
}

export interface Grouping {
  readonly tables: readonly FoundTable[]
  /** Folders that belong to no table. */
  readonly skipped: readonly Folder[]
}

interface Node {
  readonly path: readonly string[]
  readonly children: Map<string, Node>
  folder?: Folder
}

/** `depth`: how many levels the target itself is below the bucket, the bucket's being 1. */
export function group(
  folders: readonly Folder[],
  { combine, tableLevel }: CrawlConfiguration,
  depth: number,
): Grouping {
  const root: Node = { path: [], children: new Map() }
  const skipped = folders.filter(folder => !folder.contents && !folder.known)
  for (const folder of folders) if (folder.contents || folder.known) plant(root, folder)
  const groups =
    tableLevel === undefined
      ? tablesOf(root, combine)
      : atLevel(root, Math.max(0, tableLevel - depth)).map(node => below(node))
  const tables = groups.filter(({ folders }) => folders.length > 0)
  const placed = new Set(tables.flatMap(table => table.folders.map(({ path }) => path.join('/'))))
  const homeless = folders.filter(folder => (folder.contents || folder.known) && !placed.has(folder.path.join('/')))
  return { tables, skipped: [...skipped, ...homeless] }
}

function plant(root: Node, folder: Folder): void {
  let node = root
  for (const [i, name] of folder.path.entries()) {
    let child = node.children.get(name)
    if (!child) {
      child = { path: folder.path.slice(0, i + 1), children: new Map() }
      node.children.set(name, child)
    }
    node = child
  }
  node.folder = folder
}

function tablesOf(node: Node, combine: boolean): readonly FoundTable[] {
  if (node.children.size === 0) return node.folder ? [unpartitioned(node, [node.folder])] : []
  if (hasKeys(node)) return [below(node)]
  const inner = [...node.children.values()].map(child => tablesOf(child, combine))
  const tables = inner.flat()
  const leaves = leavesOf(node)
  const named = [...node.children].some(([name, child]) => containsKeys(child) || isOnlyName(node, name))
  if (!named && alike(leaves, combine)) {
    const depths = new Set(leaves.map(({ path }) => path.length))
    // Files beside folders of the same kind: Athena reads a location with all below it, so they are one table.
    return [depths.size === 1 ? below(node) : unpartitioned(node, leaves)]
  }
  return tables
}

/** A folder's only folder is a table's name, unless it is a number, which is rather a part of a date. */
const isOnlyName = (node: Node, name: string) => node.children.size === 1 && !node.folder && !/^\d+$/.test(name)

const hasKeys = (node: Node) => [...node.children.keys()].some(name => parseFolder(name))
const containsKeys = (node: Node): boolean => hasKeys(node) || [...node.children.values()].some(containsKeys)

function leavesOf(node: Node): readonly Folder[] {
  const inner = [...node.children.values()].flatMap(leavesOf)
  return node.folder ? [node.folder, ...inner] : inner
}

function atLevel(node: Node, level: number): readonly Node[] {
  if (level === 0) return [node]
  return [...node.children.values()].flatMap(child => atLevel(child, level - 1))
}

/** One table of all below a folder; the folders between are its partition keys. Those of another depth stay out. */
function below(node: Node): FoundTable {
  const leaves = leavesOf(node)
  const levels = leaves.map(({ path }) => path.slice(node.path.length))
  const signature = (names: readonly string[]) =>
    names.map((name, i) => parseFolder(name)?.key.toLowerCase() ?? `partition_${i}`)
  const counts = new Map<string, number>()
  for (const names of levels) {
    const text = JSON.stringify(signature(names))
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const [common] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? ['[]']
  const keys = JSON.parse(common) as string[]
  const members = leaves.flatMap((folder, i): FoundFolder[] => {
    const names = levels[i] ?? []
    if (JSON.stringify(signature(names)) !== common) return []
    return [{ ...folder, values: names.map(name => parseFolder(name)?.value ?? name) }]
  })
  return { path: node.path, contents: together(members), keys, folders: oneFormat(members) }
}

function unpartitioned(node: Node, leaves: readonly Folder[]): FoundTable {
  const folders = oneFormat(leaves.map(folder => ({ ...folder, values: [] })))
  return { path: node.path, contents: together(folders), keys: [], folders }
}

/** A table has the format of the first of its folders that was looked into. */
function oneFormat(folders: readonly FoundFolder[]): readonly FoundFolder[] {
  const first = folders.find(({ contents }) => contents)?.contents
  return folders.filter(({ contents }) => !contents || !first || sameFormat(first, contents))
}

function together(folders: readonly FoundFolder[]): Contents | undefined {
  return oneFormat(folders)
    .flatMap(({ contents }) => contents ?? [])
    .reduce<Contents | undefined>((merged, each) => (merged ? mergeContents(merged, each) : each), undefined)
}

function alike(folders: readonly Folder[], combine: boolean): boolean {
  const contents = folders.flatMap(({ contents }) => contents ?? [])
  const [first] = contents
  return !first || contents.every(each => sameFormat(first, each) && (combine || similar(first, each)))
}

function similar(a: Contents, b: Contents): boolean {
  const names = new Set(a.columns.map(({ name }) => name))
  const shared = b.columns.filter(({ name }) => names.has(name)).length
  return shared >= similarSchemaShare * Math.max(a.columns.length, b.columns.length)
}

// Hive's spelling of a partition as folders, `year=2025/month=10/`, both ways. What a folder name may not hold is
// written as %XX, as Hive, Spark and Athena do, and NULL is a folder of its own.

export const hiveNull = '__HIVE_DEFAULT_PARTITION__'

// biome-ignore lint/suspicious/noControlCharactersInRegex: Hive escapes control characters, so they are named here
const unsafe = /[\u0001-\u001f\u007f"#%'*/:=?\\{[\]^]/g

const escapeFolder = (text: string) =>
  text.replace(unsafe, character => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

const unescapeFolder = (text: string) =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))

/** `year=2025/month=10/`: empty without keys, else with the slash at its end. */
export function partitionPath(keys: readonly string[], values: readonly (string | null)[]): string {
  return keys.map((key, i) => `${escapeFolder(key)}=${folderValue(values[i])}/`).join('')
}

const folderValue = (value: string | null | undefined) =>
  value === null || value === undefined || value === '' ? hiveNull : escapeFolder(value)

/** `year=2025` as its key and value; undefined for any other folder. */
export function parseFolder(folder: string): { readonly key: string; readonly value: string } | undefined {
  const at = folder.indexOf('=')
  if (at <= 0) return undefined
  return { key: unescapeFolder(folder.slice(0, at)), value: unescapeFolder(folder.slice(at + 1)) }
}

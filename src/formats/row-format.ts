// How a table's SerDe makes rows of the lines of text files. Plain values: the catalog reads them from the table's
// properties, the engine acts on them.

export type RowFormat =
  | {
      readonly serde: 'openx'
      readonly caseInsensitive: boolean
      readonly dotsToUnderscores: boolean
      readonly keyMappings: Readonly<Record<string, string>>
      /** A line that is no JSON is a row of NULLs, and no error. */
      readonly ignoreMalformed: boolean
      /** The key of a document's list whose elements are the rows; absent where a document is a row. */
      readonly rowsIn?: string
    }
  | { readonly serde: 'hive'; readonly timestampFormats: readonly string[] }
  | {
      readonly serde: 'lazy'
      /** Between fields, elements of collections, keys and values of maps. */
      readonly separators: readonly [field: string, element: string, key: string]
      readonly escape?: string
      readonly nullText: string
      readonly skipLines: number
      /** Joda's, in which timestamps may be written besides Hive's own form. */
      readonly timestampFormats?: readonly string[]
    }
  | {
      readonly serde: 'opencsv'
      readonly separator: string
      readonly quote: string
      readonly escape: string
      readonly skipLines: number
    }
  | {
      readonly serde: 'regex'
      /** Of JavaScript; a group for each column, unless `groups` says otherwise. */
      readonly pattern: string
      readonly flags: string
      readonly skipLines: number
      /** Of Grok: the name of each group, and whether the format itself gives it. Columns are found by these names, else by place. */
      readonly groups?: readonly { readonly name: string; readonly isGiven: boolean }[]
    }

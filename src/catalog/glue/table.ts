// The catalog's plain values: databases, tables, partitions. No storage, no AWS spelling; `api/shapes.ts` translates.

/** Whose catalog: every account has one in every region. */
export interface Scope {
  readonly account: string
  readonly region: string
}

export type Parameters = Readonly<Record<string, string>>

export interface Column {
  readonly name: string
  /** A Hive type: `bigint`, `array<string>`, `struct<a:int>`. */
  readonly type: string
  readonly comment?: string | undefined
  readonly parameters?: Parameters | undefined
}

export interface Serde {
  readonly name?: string | undefined
  /** The Java class that would read the files; its name is how readers tell formats apart. */
  readonly library?: string | undefined
  readonly parameters?: Parameters | undefined
}

/** Where and how the files lie: AWS's StorageDescriptor. */
export interface Storage {
  readonly columns: readonly Column[]
  /** Empty when the table has none (a view). */
  readonly location: string
  readonly additionalLocations?: readonly string[] | undefined
  readonly inputFormat?: string | undefined
  readonly outputFormat?: string | undefined
  readonly compressed?: boolean | undefined
  readonly bucketCount?: number | undefined
  readonly serde?: Serde | undefined
  readonly bucketColumns?: readonly string[] | undefined
  readonly sortColumns?: readonly { readonly column: string; readonly order: number }[] | undefined
  readonly parameters?: Parameters | undefined
  readonly skewed?: Skewed | undefined
  readonly storedAsSubDirectories?: boolean | undefined
}

export interface Skewed {
  readonly columnNames?: readonly string[] | undefined
  readonly columnValues?: readonly string[] | undefined
  readonly valueLocations?: Parameters | undefined
}

export interface DatabaseDefinition {
  readonly name: string
  readonly description?: string | undefined
  readonly location?: string | undefined
  readonly parameters?: Parameters | undefined
  /** What IAM_ALLOWED_PRINCIPALS get of new tables, a list a grant; all unless given. It is kept and shown: IAM decides. */
  readonly tablePermissions?: readonly (readonly string[])[] | undefined
}

export interface CatalogDatabase extends DatabaseDefinition {
  readonly parameters: Parameters
  readonly createdAt: number
}

export interface PartitionIndex {
  readonly name: string
  readonly keys: readonly string[]
}

export interface TableDefinition {
  readonly name: string
  readonly description?: string | undefined
  readonly owner?: string | undefined
  /** `EXTERNAL_TABLE`, `VIRTUAL_VIEW` … */
  readonly tableType?: string | undefined
  readonly parameters: Parameters
  readonly storage: Storage
  readonly partitionKeys: readonly Column[]
  readonly viewOriginalText?: string | undefined
  readonly viewExpandedText?: string | undefined
  readonly retention?: number | undefined
  readonly lastAccessAt?: number | undefined
  readonly lastAnalyzedAt?: number | undefined
}

export interface CatalogTable extends TableDefinition, Scope {
  readonly database: string
  /** Rises by one with every update. */
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  /** ARN of who made it. */
  readonly createdBy?: string | undefined
  readonly indexes: readonly PartitionIndex[]
  // What readers need from `storage`, flat and never undefined.
  readonly location: string
  readonly columns: readonly Column[]
  readonly inputFormat: string
  readonly outputFormat: string
  readonly serde: { readonly library: string; readonly parameters: Parameters }
}

export interface Partition {
  /** One for each partition key of the table, in that order. */
  readonly values: readonly string[]
  readonly location: string
  readonly storage: Storage
  readonly parameters: Parameters
  readonly createdAt: number
  readonly lastAccessAt?: number | undefined
  readonly lastAnalyzedAt?: number | undefined
}

export interface PartitionDefinition {
  readonly values: readonly string[]
  /** Absent: the storage's, else `<table's location>/key=value/…/`. */
  readonly location?: string | undefined
  /** Absent: the table's. */
  readonly storage?: Storage | undefined
  readonly parameters?: Parameters | undefined
  readonly lastAccessAt?: number | undefined
  readonly lastAnalyzedAt?: number | undefined
}

export interface FunctionDefinition {
  readonly name: string
  readonly className?: string | undefined
  readonly owner?: string | undefined
  readonly ownerType?: 'USER' | 'ROLE' | 'GROUP' | undefined
  readonly kind?: 'REGULAR_FUNCTION' | 'AGGREGATE_FUNCTION' | 'STORED_PROCEDURE' | undefined
  /** Where its code lies. */
  readonly resources?: readonly FunctionResource[] | undefined
}

export interface FunctionResource {
  readonly type?: 'JAR' | 'FILE' | 'ARCHIVE' | undefined
  readonly uri?: string | undefined
}

export interface CatalogFunction extends FunctionDefinition {
  readonly database: string
  readonly createdAt: number
}

// The resources an operation on the catalog asks IAM about: Glue wants leave for the catalog, the database and the table.
import type { Scope } from '../table.ts'
import { glueArn } from '../tags.ts'

export const databaseArns = (scope: Scope, database: string): readonly string[] => [
  glueArn(scope, 'catalog'),
  glueArn(scope, `database/${database.toLowerCase()}`),
]

export const tableArns = (scope: Scope, database: string, table: string): readonly string[] => [
  ...databaseArns(scope, database),
  glueArn(scope, `table/${database.toLowerCase()}/${table.toLowerCase()}`),
]

export const functionArns = (scope: Scope, database: string, name: string): readonly string[] => [
  ...databaseArns(scope, database),
  glueArn(scope, `userDefinedFunction/${database.toLowerCase()}/${name.toLowerCase()}`),
]

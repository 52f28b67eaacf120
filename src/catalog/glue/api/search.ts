// The search for tables over all databases.
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { pageTablesMax } from '../limits.ts'
import { search } from '../search.ts'
import { tableArns } from './arns.ts'
import { awsTable, catalogId, checkCatalog, pagePosition, pageToken, table } from './shapes.ts'

const value = string({ min: 1, max: 1024 })
const comparator = enumeration('EQUALS', 'GREATER_THAN', 'LESS_THAN', 'GREATER_THAN_EQUALS', 'LESS_THAN_EQUALS')

/** https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html */
export const SearchTables = operation({
  input: {
    CatalogId: catalogId,
    NextToken: optional(string()),
    Filters: optional(
      list(structure({ Key: optional(value), Value: optional(value), Comparator: optional(comparator) })),
    ),
    SearchText: optional(value),
    SortCriteria: optional(
      list(structure({ FieldName: optional(value), Sort: optional(enumeration('ASC', 'DESC')) }), { min: 0, max: 1 }),
    ),
    MaxResults: optional(integer({ min: 1, max: 1000 })),
    ResourceShareType: optional(enumeration('FOREIGN', 'FEDERATED', 'ALL')),
    // Of tables whose views are being made; those of here are made at once.
    IncludeStatusDetails: optional(boolean()),
  },
  output: { NextToken: optional(string()), TableList: optional(list(table)) },
  resource: (_, call) => tableArns(call, '*', '*'),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    // Nothing is shared with this account or federated, so those lists are truly empty.
    const own = input.ResourceShareType === undefined || input.ResourceShareType === 'ALL'
    const sort = input.SortCriteria?.[0]
    const found = search(
      own ? catalog.everyTable(call) : [],
      {
        text: input.SearchText,
        filters: (input.Filters ?? []).map(({ Key, Value, Comparator }) => ({
          key: Key ?? '',
          value: Value ?? '',
          comparison: Comparator ?? 'EQUALS',
        })),
        sort: sort?.FieldName === undefined ? undefined : { key: sort.FieldName, descending: sort.Sort === 'DESC' },
      },
      input.NextToken ? pagePosition(input.NextToken) : undefined,
    )
    const page = found.slice(0, input.MaxResults ?? pageTablesMax)
    const last = page.at(-1)
    return {
      TableList: page.map(one => awsTable(one.table)),
      NextToken: last && page.length < found.length ? pageToken(last.place) : undefined,
    }
  },
})

/**
 * Data catalogs: names for the account's Glue catalog, and those of functions and other accounts, which are only kept.
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateDataCatalog.html
 */
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, list, optional, structure } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import type { DataCatalog, DataCatalogDefinition } from '../data-catalogs.ts'
import { invalidDataCatalog } from '../faults.ts'
import * as shape from './shapes.ts'

const type = enumeration('LAMBDA', 'GLUE', 'HIVE', 'FEDERATED')
const status = enumeration(
  ...(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'CREATE_FAILED', 'CREATE_FAILED_CLEANUP_IN_PROGRESS'] as const),
  ...(['CREATE_FAILED_CLEANUP_COMPLETE', 'CREATE_FAILED_CLEANUP_FAILED', 'DELETE_IN_PROGRESS'] as const),
  ...(['DELETE_COMPLETE', 'DELETE_FAILED'] as const),
)
const workGroup = optional(shape.workGroupName)
const definition = {
  Name: shape.catalogName,
  Type: type,
  Description: optional(shape.description),
  Parameters: optional(shape.parameters),
}
const dataCatalog = structure({ ...definition, Status: optional(status) })

interface Asked {
  readonly Type: 'LAMBDA' | 'GLUE' | 'HIVE' | 'FEDERATED'
  readonly Description?: string | undefined
  readonly Parameters?: Readonly<Record<string, string>> | undefined
}

export const CreateDataCatalog = operation({
  input: { ...definition, Tags: optional(shape.tags) },
  output: { DataCatalog: optional(dataCatalog) },
  resource: (input, call) => shape.dataCatalogArn(call, input.Name),
  async handle(athena: Athena, input, call) {
    const catalog = { ...definitionOf(input), name: input.Name }
    const pairs = shape.pairsOf(input.Tags ?? [])
    await athena.dataCatalogs.create(call, catalog, write =>
      athena.tags.put(write, shape.dataCatalogArn(call, catalog.name), pairs),
    )
    return { DataCatalog: outputOf(catalog) }
  },
})

export const GetDataCatalog = operation({
  input: { Name: shape.catalogName, WorkGroup: workGroup },
  output: { DataCatalog: optional(dataCatalog) },
  resource: (input, call) => shape.dataCatalogArn(call, input.Name),
  handle: (athena: Athena, { Name }, call) => ({ DataCatalog: outputOf(athena.dataCatalogs.find(call, Name)) }),
})

export const ListDataCatalogs = operation({
  input: { NextToken: optional(shape.token), MaxResults: optional(shape.pageSize(50, 2)), WorkGroup: workGroup },
  output: {
    DataCatalogsSummary: optional(
      list(structure({ CatalogName: optional(shape.catalogName), Type: optional(type), Status: optional(status) })),
    ),
    NextToken: optional(shape.token),
  },
  handle(athena: Athena, { NextToken, MaxResults = 50 }, call) {
    const [after] = NextToken === undefined ? [''] : shape.readToken<[string]>(NextToken, 'string')
    const found = athena.dataCatalogs.list(call, after, MaxResults + 1)
    const page = found.slice(0, MaxResults)
    const last = page.at(-1)
    return {
      DataCatalogsSummary: page.map(catalog => ({
        CatalogName: catalog.name,
        Type: catalog.type,
        Status: 'CREATE_COMPLETE' as const,
      })),
      NextToken: found.length > page.length && last ? shape.writeToken(last.name) : undefined,
    }
  },
})

export const UpdateDataCatalog = operation({
  input: definition,
  output: {},
  resource: (input, call) => shape.dataCatalogArn(call, input.Name),
  async handle(athena: Athena, input, call) {
    await athena.dataCatalogs.update(call, input.Name, definitionOf(input))
    return {}
  },
})

/** `DeleteCatalogOnly` asks to leave what a FEDERATED one made beside itself: there are none here. */
export const DeleteDataCatalog = operation({
  input: { Name: shape.catalogName, DeleteCatalogOnly: optional(boolean()) },
  output: { DataCatalog: optional(dataCatalog) },
  resource: (input, call) => shape.dataCatalogArn(call, input.Name),
  async handle(athena: Athena, { Name }, call) {
    const { name } = athena.dataCatalogs.find(call, Name)
    const deleted = await athena.dataCatalogs.delete(call, name, write =>
      athena.tags.clear(write, shape.dataCatalogArn(call, name)),
    )
    return { DataCatalog: { ...outputOf(deleted), Status: 'DELETE_COMPLETE' as const } }
  },
})

function definitionOf({ Type, Description, Parameters = {} }: Asked): DataCatalogDefinition {
  if (Type === 'FEDERATED')
    throw invalidDataCatalog(
      'A data catalog of type FEDERATED makes a Glue connection and a function that asks a database; Biwa has neither. ' +
        'GLUE, LAMBDA and HIVE are kept.',
    )
  return { type: Type, ...(Description !== undefined && { description: Description }), parameters: Parameters }
}

const outputOf = ({ name, type, description, parameters }: DataCatalog) => ({
  Name: name,
  Type: type,
  Description: description,
  Parameters: parameters,
  Status: 'CREATE_COMPLETE' as const,
})

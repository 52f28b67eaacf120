// AWS's shapes of databases, and their translation to the catalog's plain values and back.
import { enumeration, list, optional, string, structure, timestamp, type Value } from '../../../gateway/shape.ts'
import { InvalidInputException } from '../faults.ts'
import type { CatalogDatabase, DatabaseDefinition, Scope } from '../table.ts'
import { description, lines, name, parameters } from './shapes.ts'

const tablePermissions = list(
  structure({
    Principal: optional(structure({ DataLakePrincipalIdentifier: optional(string({ min: 1, max: 255 })) })),
    Permissions: optional(
      list(
        enumeration(
          ...['ALL', 'SELECT', 'ALTER', 'DROP', 'DELETE', 'INSERT'],
          ...['CREATE_DATABASE', 'CREATE_TABLE', 'DATA_LOCATION_ACCESS'],
        ),
      ),
    ),
  }),
)

type TablePermission = NonNullable<Value<typeof tablePermissions>[number]['Permissions']>[number]

export const databaseInput = structure({
  Name: name,
  Description: optional(description),
  LocationUri: optional(string({ min: 1, max: 1024, pattern: lines })),
  Parameters: optional(parameters),
  CreateTableDefaultPermissions: optional(tablePermissions),
})

export const database = structure({
  Name: name,
  Description: optional(description),
  LocationUri: optional(string()),
  Parameters: optional(parameters),
  CreateTime: optional(timestamp()),
  CreateTableDefaultPermissions: optional(tablePermissions),
  CatalogId: optional(name),
})

export function databaseDefinition(input: Value<typeof databaseInput>): DatabaseDefinition {
  return {
    name: input.Name,
    description: input.Description,
    location: input.LocationUri,
    parameters: input.Parameters,
    tablePermissions: input.CreateTableDefaultPermissions && tablePermissionsOf(input.CreateTableDefaultPermissions),
  }
}

/** Whom IAM lets may what IAM lets him: what Glue gives to new tables unless Lake Formation is told to decide. */
const everybodyOfIam = 'IAM_ALLOWED_PRINCIPALS'

function tablePermissionsOf(given: Value<typeof tablePermissions>): readonly (readonly string[])[] {
  const others = given.some(one => one.Principal?.DataLakePrincipalIdentifier !== everybodyOfIam)
  if (given.length === 0 || others)
    throw new InvalidInputException(
      `CreateTableDefaultPermissions must speak of ${everybodyOfIam}, and of nobody else: there is no Lake Formation here, IAM alone decides.`,
    )
  return given.map(one => one.Permissions ?? [])
}

export function awsDatabase(scope: Scope, found: CatalogDatabase): Value<typeof database> {
  return {
    Name: found.name,
    Description: found.description,
    LocationUri: found.location,
    Parameters: found.parameters,
    CreateTime: found.createdAt,
    CreateTableDefaultPermissions: (found.tablePermissions ?? [['ALL']]).map(permissions => ({
      Principal: { DataLakePrincipalIdentifier: everybodyOfIam },
      Permissions: permissions as readonly TablePermission[],
    })),
    CatalogId: scope.account,
  }
}

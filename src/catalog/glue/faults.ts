// Glue's catalog says no in these words.
import { faultClass } from '../../gateway/fault.ts'

export const EntityNotFoundException = faultClass('EntityNotFoundException')
export const AlreadyExistsException = faultClass('AlreadyExistsException')
export const InvalidInputException = faultClass('InvalidInputException')
export const ConcurrentModificationException = faultClass('ConcurrentModificationException')

export const noSuchDatabase = (name: string) => new EntityNotFoundException(`Database ${name} not found.`)
export const noSuchTable = (name: string) => new EntityNotFoundException(`Table ${name} not found.`)
export const noSuchPartition = () => new EntityNotFoundException('Cannot find partition.')
export const noSuchVersion = (version: string) => new EntityNotFoundException(`Version not found: ${version}.`)
export const databaseExists = () => new AlreadyExistsException('Database already exists.')
export const tableExists = () => new AlreadyExistsException('Table already exists.')
export const partitionExists = () => new AlreadyExistsException('Partition already exists.')
export const valuesMismatch = () =>
  new InvalidInputException('The number of partition keys do not match the number of partition values')

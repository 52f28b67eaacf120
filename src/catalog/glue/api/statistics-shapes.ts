// AWS's shapes of column statistics, and their translation to plain values and back: AWS has a member for each type of
// column, of which one is filled and `Type` says which.
import {
  blob,
  double,
  enumeration,
  integer,
  list,
  long,
  optional,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import type { Decimal, Figures, StatisticsOfColumn } from '../column-statistics.ts'
import { InvalidInputException } from '../faults.ts'
import { errorDetail, line, name } from './shapes.ts'

const count = long({ min: 0 })
const decimal = structure({ UnscaledValue: blob(), Scale: integer() })
const nulls = { NumberOfNulls: count }
const distinct = { ...nulls, NumberOfDistinctValues: count }
const lengths = { MaximumLength: count, AverageLength: double({ min: 0 }) }

const statisticsData = structure({
  Type: enumeration('BOOLEAN', 'DATE', 'DECIMAL', 'DOUBLE', 'LONG', 'STRING', 'BINARY'),
  BooleanColumnStatisticsData: optional(structure({ NumberOfTrues: count, NumberOfFalses: count, ...nulls })),
  DateColumnStatisticsData: optional(
    structure({ MinimumValue: optional(timestamp()), MaximumValue: optional(timestamp()), ...distinct }),
  ),
  DecimalColumnStatisticsData: optional(
    structure({ MinimumValue: optional(decimal), MaximumValue: optional(decimal), ...distinct }),
  ),
  DoubleColumnStatisticsData: optional(
    structure({ MinimumValue: optional(double()), MaximumValue: optional(double()), ...distinct }),
  ),
  LongColumnStatisticsData: optional(
    structure({ MinimumValue: optional(long()), MaximumValue: optional(long()), ...distinct }),
  ),
  StringColumnStatisticsData: optional(structure({ ...lengths, ...distinct })),
  BinaryColumnStatisticsData: optional(structure({ ...lengths, ...nulls })),
})

export const columnStatistics = structure({
  ColumnName: name,
  ColumnType: string({ min: 0, max: 20_000, pattern: line }),
  AnalyzedTime: timestamp(),
  StatisticsData: statisticsData,
})
export const statisticsErrors = optional(
  list(structure({ ColumnStatistics: optional(columnStatistics), Error: optional(errorDetail) })),
)
export const columnErrors = optional(list(structure({ ColumnName: optional(name), Error: optional(errorDetail) })))

type Data = Value<typeof statisticsData>

export const statisticsOf = (input: Value<typeof columnStatistics>): StatisticsOfColumn => ({
  column: input.ColumnName,
  type: input.ColumnType,
  analyzedAt: input.AnalyzedTime,
  figures: figuresOf(input.ColumnName, input.StatisticsData),
})

export const awsStatistics = (found: StatisticsOfColumn): Value<typeof columnStatistics> => ({
  ColumnName: found.column,
  ColumnType: found.type,
  AnalyzedTime: found.analyzedAt,
  StatisticsData: awsFigures(found.figures),
})

interface AwsRange<T> {
  readonly MinimumValue?: T | undefined
  readonly MaximumValue?: T | undefined
  readonly NumberOfNulls: number
  readonly NumberOfDistinctValues: number
}
const rangeOf = <T>(data: AwsRange<T>) => ({
  min: data.MinimumValue,
  max: data.MaximumValue,
  nulls: data.NumberOfNulls,
  distinct: data.NumberOfDistinctValues,
})
const awsRange = <T>({
  min,
  max,
  ...rest
}: {
  min?: T | undefined
  max?: T | undefined
  nulls: number
  distinct: number
}) => ({
  MinimumValue: min,
  MaximumValue: max,
  NumberOfNulls: rest.nulls,
  NumberOfDistinctValues: rest.distinct,
})
const decimalOf = (value: Value<typeof decimal> | undefined): Decimal | undefined =>
  value && { unscaled: Buffer.from(value.UnscaledValue).toString('base64'), scale: value.Scale }
const awsDecimal = (value: Decimal | undefined): Value<typeof decimal> | undefined =>
  value && { UnscaledValue: Buffer.from(value.unscaled, 'base64'), Scale: value.scale }

function figuresOf(column: string, data: Data): Figures {
  const given = <T>(member: T | undefined): T => {
    if (member !== undefined) return member
    throw new InvalidInputException(
      `StatisticsData of column ${column} is of type ${data.Type} but has no such figures.`,
    )
  }
  switch (data.Type) {
    case 'BOOLEAN': {
      const { NumberOfTrues, NumberOfFalses, NumberOfNulls } = given(data.BooleanColumnStatisticsData)
      return { kind: 'boolean', trues: NumberOfTrues, falses: NumberOfFalses, nulls: NumberOfNulls }
    }
    case 'DATE':
      return { kind: 'date', ...rangeOf(given(data.DateColumnStatisticsData)) }
    case 'DOUBLE':
      return { kind: 'double', ...rangeOf(given(data.DoubleColumnStatisticsData)) }
    case 'LONG':
      return { kind: 'long', ...rangeOf(given(data.LongColumnStatisticsData)) }
    case 'DECIMAL': {
      const range = rangeOf(given(data.DecimalColumnStatisticsData))
      return { ...range, kind: 'decimal', min: decimalOf(range.min), max: decimalOf(range.max) }
    }
    case 'STRING': {
      const { MaximumLength, AverageLength, ...rest } = given(data.StringColumnStatisticsData)
      const { nulls, distinct } = rangeOf(rest)
      return { kind: 'string', lengthMax: MaximumLength, lengthAverage: AverageLength, nulls, distinct }
    }
    case 'BINARY': {
      const { MaximumLength, AverageLength, NumberOfNulls } = given(data.BinaryColumnStatisticsData)
      return { kind: 'binary', lengthMax: MaximumLength, lengthAverage: AverageLength, nulls: NumberOfNulls }
    }
  }
}

function awsFigures(figures: Figures): Data {
  switch (figures.kind) {
    case 'boolean': {
      const { trues: NumberOfTrues, falses: NumberOfFalses, nulls: NumberOfNulls } = figures
      return { Type: 'BOOLEAN', BooleanColumnStatisticsData: { NumberOfTrues, NumberOfFalses, NumberOfNulls } }
    }
    case 'date':
      return { Type: 'DATE', DateColumnStatisticsData: awsRange(figures) }
    case 'double':
      return { Type: 'DOUBLE', DoubleColumnStatisticsData: awsRange(figures) }
    case 'long':
      return { Type: 'LONG', LongColumnStatisticsData: awsRange(figures) }
    case 'decimal': {
      const range = awsRange({ ...figures, min: awsDecimal(figures.min), max: awsDecimal(figures.max) })
      return { Type: 'DECIMAL', DecimalColumnStatisticsData: range }
    }
    case 'string': {
      const { lengthMax: MaximumLength, lengthAverage: AverageLength, nulls: NumberOfNulls, distinct } = figures
      const lengths = { MaximumLength, AverageLength, NumberOfNulls, NumberOfDistinctValues: distinct }
      return { Type: 'STRING', StringColumnStatisticsData: lengths }
    }
    case 'binary': {
      const { lengthMax: MaximumLength, lengthAverage: AverageLength, nulls: NumberOfNulls } = figures
      return { Type: 'BINARY', BinaryColumnStatisticsData: { MaximumLength, AverageLength, NumberOfNulls } }
    }
  }
}

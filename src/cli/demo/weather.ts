/**
 * Real weather of Seattle and New York, 2012 to 2015, one observation a day and city, from the npm package
 * `vega-datasets` (NOAA's daily summaries), as a device would send it. Some are broken on purpose, in the ways that
 * records break: cut off, of the wrong type, with a required field missing.
 */
import { readFile } from 'node:fs/promises'
import { LakeMistake } from '../../world/mistake.ts'

export interface Reading {
  readonly device: string
  /** What goes over the wire; not always JSON. */
  readonly text: string
  readonly broken: boolean
}

/** Every 150th is broken. */
const brokenEvery = 150

export async function readings(): Promise<readonly Reading[]> {
  const csv = await readFile(weatherFile(), 'utf8')
  const [, ...lines] = csv.trim().split('\n')
  const days = lines.map(line => {
    const [location = '', date = '', precipitation, high, low, wind, weather = ''] = line.trim().split(',')
    return {
      location,
      date,
      precipitation: Number(precipitation),
      high: Number(high),
      low: Number(low),
      wind: Number(wind),
      weather,
    }
  })
  // By date, so that both cities report side by side as they would.
  days.sort((a, b) => a.date.localeCompare(b.date) || a.location.localeCompare(b.location))
  return days.map(({ location, date, high, low, ...rest }, index) => {
    const observation = {
      device_id: `weather-${location.toLowerCase().replace(' ', '-')}`,
      temperature: Math.round(((high + low) / 2) * 100) / 100,
      timestamp: Date.parse(`${date}T12:00:00Z`) / 1000,
      ...rest,
    }
    const broken = index % brokenEvery === brokenEvery - 1
    const text = broken ? breakIt(observation, Math.floor(index / brokenEvery)) : JSON.stringify(observation)
    return { device: observation.device_id, text, broken }
  })
}

function breakIt(observation: Readonly<Record<string, unknown>>, turn: number): string {
  const whole = JSON.stringify(observation)
  const { device_id: _device, ...anonymous } = observation
  const ways = [
    whole.slice(0, whole.length / 2), // the battery died while sending
    JSON.stringify({ ...observation, temperature: 'sensor error' }),
    JSON.stringify(anonymous),
    JSON.stringify({ ...observation, timestamp: null }),
  ]
  return ways[turn % ways.length] ?? whole
}

function weatherFile(): URL {
  try {
    return new URL('../data/weather.csv', import.meta.resolve('vega-datasets'))
  } catch {
    throw new LakeMistake(
      "The demo's weather observations come with the npm package vega-datasets, which is not installed here: npm install vega-datasets",
    )
  }
}

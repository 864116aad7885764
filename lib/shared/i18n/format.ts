/** Formats bytes in decimal units, as file managers do: `bytes(466706)` is `467 KB`. */
export function bytes(count: number, locale = 'en'): string {
  if (count < 1000) return `${count} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let value = count / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? point(value.toFixed(1), locale) : Math.round(value)} ${units[unit]}`
}

/**
 * Formats a score: `percent(0.9312)` is `93.1`. Never 100.0 below certainty, and never 0.0 above
 * zero.
 */
export function percent(score: number, locale = 'en'): string {
  if (score < 1 && score >= 0.9995) return point('>99.9', locale)
  if (score > 0 && score < 0.0005) return point('<0.1', locale)
  return point((100 * score).toFixed(1), locale)
}

/** Formats milliseconds, with one decimal below a hundred. */
export function milliseconds(value: number, locale = 'en'): string {
  return value < 99.95 ? point(value.toFixed(1), locale) : String(Math.round(value))
}

/** Formats a duration: `duration(75)` is `1 min 15 s`. */
export function duration(seconds: number, locale = 'en'): string {
  const whole = Math.max(0, Math.round(seconds))
  const unit = (value: number, name: 'hour' | 'minute' | 'second') =>
    value.toLocaleString(locale, { style: 'unit', unit: name, unitDisplay: 'short' })
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  if (hours > 0) return `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`
  if (minutes > 0) return `${unit(minutes, 'minute')} ${unit(whole % 60, 'second')}`
  return unit(whole, 'second')
}

/** Formats a measured duration, with one decimal below ten seconds: `elapsed(6.52)` is `6.5 sec`. */
export function elapsed(seconds: number, locale = 'en'): string {
  if (seconds >= 9.95) return duration(seconds, locale)
  const fractionDigits = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
  return seconds.toLocaleString(locale, { style: 'unit', unit: 'second', unitDisplay: 'short', ...fractionDigits })
}

/** Replaces the decimal point with the locale's separator. */
function point(figure: string, locale: string): string {
  const sign = new Intl.NumberFormat(locale).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value
  return figure.replace('.', sign ?? '.')
}

/** The usual spelling of a format's name: `formatName('webp')` is `WebP`. */
export function formatName(format: string): string {
  return (
    { jpeg: 'JPEG', png: 'PNG', webp: 'WebP', avif: 'AVIF', gif: 'GIF', tiff: 'TIFF', heic: 'HEIC' }[format] ??
    format.toUpperCase()
  )
}

// Amounts as a person reads them.

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `15.5 GiB`. */
export function bytes(amount: number): string {
  const power = amount < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(amount) / 10));
  const value = amount / 1024 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1).replace(/[.]0$/, "")} ${units[power]}`;
}

/** Of days, hours and minutes the two greatest that count. */
export function span(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

/** Seconds as `8 s` or `2 min 05 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

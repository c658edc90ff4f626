// Says when something was as people say it: "just now", "3 hours ago", "12 May".
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
];

export function when(time: number, now: number, locale = "en"): string {
  const age = now - time;
  if (age < 60_000) return "just now";
  if (age >= 7 * 86_400_000) {
    const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
    return new Intl.DateTimeFormat(locale, {
      day: "numeric",
      month: "short",
      ...(sameYear ? {} : { year: "numeric" }),
    }).format(time);
  }
  const [unit, length] = steps.findLast(([, ms]) => age >= ms) ?? ["minute", 60_000];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return format.format(-Math.floor(age / length), unit);
}

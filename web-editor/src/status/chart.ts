// A chart of the last minutes: lines over time, and beside them the current values, which are also
// what those get who do not see the lines. While the pointer is over a chart, its values are those
// of that time, in all charts.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { element } from "../common/element";
import type { Scale } from "./metrics/scale";
import { brief } from "./metrics/units";

export interface Line {
  label: string;
  color: string; // A custom property of the style sheet.
  values: (number | null)[]; // Null where there is a gap.
}

export interface ChartOptions {
  title: string;
  format: (value: number) => string;
  scale: Scale;
}

const spanMinS = 120;
const spanMaxS = 600;
const tickS = [30, 60, 120, 300];
const tickWidth = 72;
const axisWidth = 60;
const axisHeight = 28;

// Before the latest sample, which may be old while the server does not answer.
function minutesAgo(seconds: number): string {
  if (seconds === 0) return "latest";
  return seconds < 60 ? `−${seconds} s` : `−${+(seconds / 60).toFixed(1)} min`;
}

// The colours of the style sheet, for a canvas.
const colorOf = (node: Element) => getComputedStyle(node).color;

export class Chart {
  private readonly legend = element("ul", { class: "legend" });
  private readonly plot = element("div", { class: "plot", role: "img" });
  private readonly rule = element("span", { class: "rule", hidden: true });
  private chart: uPlot | null = null;
  private lines: Line[] = [];
  private times: number[] = [];

  constructor(
    private readonly figure: HTMLElement,
    private readonly options: ChartOptions,
  ) {
    const title = element("h3", {}, options.title);
    this.plot.setAttribute("aria-label", `${options.title}, over time`);
    figure.classList.add("chart");
    figure.append(element("figcaption", {}, title, this.legend, this.rule), this.plot);
    new ResizeObserver(() => this.chart?.setSize(this.size())).observe(this.plot);
  }

  // `times` are in seconds; each line has a value for each of them.
  update(times: number[], lines: Line[]): void {
    const labels = (some: Line[]) => some.map(({ label }) => label).join("\n");
    const sameLines = this.chart !== null && labels(lines) === labels(this.lines);
    [this.times, this.lines] = [times, lines];
    if (!sameLines) this.rebuild();
    this.chart?.setData(this.data());
    this.showValues(this.chart?.cursor.idx ?? null);
  }

  redraw(): void {
    this.chart?.redraw();
  }

  private data(): uPlot.AlignedData {
    return [this.times, ...this.lines.map(({ values }) => values)];
  }

  private size() {
    return { width: this.plot.clientWidth, height: this.plot.clientHeight };
  }

  private rebuild(): void {
    this.chart?.destroy();
    this.legend.replaceChildren(
      ...this.lines.map(({ label, color }) => {
        const swatch = element("span", { class: "swatch" });
        swatch.style.color = `var(${color})`;
        const value = element("span", { class: "value" });
        return element("li", {}, swatch, element("span", { class: "label" }, label), value);
      }),
    );
    this.chart = new uPlot(this.settings(), this.data(), this.plot);
  }

  private swatch(line: number): Element {
    return this.legend.children[line]?.firstElementChild ?? this.legend;
  }

  private showValues(index: number | null): void {
    this.lines.forEach(({ values }, i) => {
      const value = values[index ?? values.length - 1] ?? NaN;
      const shown = this.legend.children[i]?.querySelector(".value");
      if (shown) shown.textContent = this.options.format(value);
    });
  }

  // Where time begins and ends on the chart.
  private timeRange(): [number, number] {
    const [first = 0, last = 0] = [this.times[0], this.times.at(-1)];
    return [last - Math.min(spanMaxS, Math.max(spanMinS, last - first)), last];
  }

  private timeTicks(): number[] {
    const [begin, end] = this.timeRange();
    const ticksMax = Math.max(1, (this.size().width - axisWidth) / tickWidth);
    const step = tickS.find((tick) => (end - begin) / tick <= ticksMax) ?? spanMaxS;
    const ticks = [];
    for (let tick = end; tick >= begin; tick -= step) ticks.unshift(tick);
    return ticks;
  }

  private settings(): uPlot.Options {
    const { scale, format } = this.options;
    const axis = {
      stroke: () => colorOf(this.legend),
      font: `11px ${getComputedStyle(this.figure).fontFamily}`,
      ticks: { show: false },
    };
    const grid = { stroke: () => colorOf(this.rule), width: 1 };
    return {
      ...this.size(),
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: "status" } },
      hooks: { setCursor: [({ cursor }) => this.showValues(cursor.idx ?? null)] },
      scales: {
        x: { time: false, range: () => this.timeRange() },
        y: {
          distr: scale.logarithmic ? 3 : 1,
          range: (_, least: number | null, most: number | null) => scale.range(least, most),
        },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: axisHeight,
          gap: 8,
          splits: () => this.timeTicks(),
          values: (_, ticks) => ticks.map((tick) => minutesAgo(this.timeRange()[1] - tick)),
        },
        {
          ...axis,
          grid,
          size: axisWidth,
          splits: (_, __, least, most) => scale.ticks(least, most),
          filter: (_, ticks) => ticks,
          values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "0" : brief(format(tick)))),
        },
      ],
      series: [
        {},
        ...this.lines.map((_, i) => ({
          stroke: () => colorOf(this.swatch(i)),
          width: 1.5,
          points: { show: false },
        })),
      ],
    };
  }
}

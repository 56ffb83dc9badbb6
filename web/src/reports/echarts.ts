// The parts of ECharts that are drawn with; loaded with the first chart.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);
export function createChart(element: HTMLElement): EChartsType {
  return init(element);
}

/** Streams between columns, for the pages that draw them. */
import { SankeyChart } from 'echarts/charts'
import { use } from 'echarts/core'

use([SankeyChart])

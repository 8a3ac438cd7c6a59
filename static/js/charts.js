// Draws what hemis.pages.charts.Chart hands over in data-chart; the table beside it has the same figures.
(function () {
  "use strict";

  // A variable may be mixed from others; only a real element has the colour that a canvas understands.
  function colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function figures() {
    try {
      return new Intl.NumberFormat(document.documentElement.lang === "en" ? "en" : "ru");
    } catch {
      return new Intl.NumberFormat();
    }
  }

  window.hemisDraw = function (canvas) {
    if (canvas.dataset.drawn) return;
    canvas.dataset.drawn = "1";
    canvas.parentElement.hidden = false;
    const text = colour("--tblr-body-color"), quiet = colour("--tblr-secondary-color");
    const lines = colour("--tblr-border-color"), paper = colour("--tblr-bg-surface");
    const colours = [1, 2, 3, 4, 5, 6].map((number) => colour(`--hemis-chart-${number}`));
    window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const chart = JSON.parse(canvas.dataset.chart);
    const format = figures();
    // Lying bars each have a name: the picture grows with them, so that none is left out.
    const lying = chart.horizontal ? chart.labels.length * (chart.stacked ? 1 : chart.series.length) : 0;
    if (lying) {
      canvas.parentElement.style.height = `max(15rem, ${Math.max(chart.labels.length * 1.4, lying * 0.8) + 4}rem)`;
    }
    const round = chart.kind === "doughnut" || chart.kind === "pie";
    const numbers = {
      stacked: chart.stacked, beginAtZero: true,
      ticks: { color: quiet, precision: 0, callback: (one) => format.format(one) },
      grid: { color: lines },
    };
    const names = {
      stacked: chart.stacked, ticks: { color: text, autoSkip: !chart.horizontal }, grid: { display: false },
    };
    new window.Chart(canvas, {
      type: chart.kind,
      data: {
        labels: chart.labels.map((one) => chart.horizontal && one.length > 26 ? one.slice(0, 25) + "…" : one),
        datasets: chart.series.map((one, at) => ({
          label: one.label,
          data: one.values,
          backgroundColor: round ? colours : colours[at % colours.length],
          borderColor: chart.kind === "line" ? colours[at % colours.length] : paper,
          borderWidth: chart.kind === "line" ? 2 : round ? 1 : 0,
          maxBarThickness: 44,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: chart.horizontal ? "y" : "x",
        scales: round ? {} : chart.horizontal ? { x: numbers, y: names } : { x: names, y: numbers },
        plugins: {
          legend: {
            display: round || chart.series.length > 1, position: "bottom",
            labels: { color: text, boxWidth: 12 },
          },
          tooltip: { callbacks: { title: (hits) => chart.labels[hits[0].dataIndex], label: (one) => ` ${round ? one.label : one.dataset.label}: ${format.format(one.raw)}` } },
        },
        onClick: (event, hit) => {
          const url = hit.length && chart.series[hit[0].datasetIndex].urls[hit[0].index];
          if (url) window.location.href = url;
        },
      },
    });
  };
})();

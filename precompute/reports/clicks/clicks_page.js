// Draws the plots of the page in its own colours, which follow the system's mode.
{
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const draw = () => {
    for (const place of document.querySelectorAll("[data-plot]")) {
      const { data: [trace], layout } = JSON.parse(place.querySelector("script").textContent);
      const ink = colour("--ink-soft");
      const axis = { gridcolor: colour("--line"), zerolinecolor: colour("--line-strong"), tickcolor: ink, fixedrange: true };
      const error = trace.error_x ? "error_x" : "error_y";
      const marker = { ...trace.marker, color: colour("--accent") };
      const drawn = { ...trace, marker, [error]: { ...trace[error], color: colour("--line-strong") } };
      Plotly.react(place.querySelector(".plot"), [drawn], {
        ...layout,
        font: { family: "system-ui, sans-serif", size: 13, color: ink },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        xaxis: { ...layout.xaxis, ...axis },
        yaxis: { ...layout.yaxis, ...axis },
        shapes: layout.shapes?.map((shape) => ({ ...shape, line: { ...shape.line, color: ink } })),
      }, { responsive: true, displayModeBar: false });
    }
  };

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

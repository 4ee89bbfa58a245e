"""Draw each table of `plots.data`: data in, `Chart` out."""

import re

import numpy as np
import pandas as pd

from minelib.plots.data import MIN_BASE, MIN_CELL
from minelib.plots.style import (
    COLOURS,
    GREY,
    HATCHES,
    INK,
    MARKERS,
    PALE,
    Chart,
    clip,
    new_chart,
    styled,
)


@styled
def plot_nothing() -> Chart:
    """Say that there is too little to draw: a small ledger's notebook goes on."""
    figure, axes = new_chart(16)
    axes.axis("off")
    axes.text(0.5, 0.5, "数据太少，不作此图", ha="center", va="center", transform=axes.transAxes)
    return figure


@styled
def plot_candidates(data: pd.DataFrame) -> Chart:
    """Draw the candidates as bars stacked by signal; see `candidates_data`."""
    ranked = data.drop_duplicates("rank").sort_values("rank")
    figure, axes = new_chart(22 + 6 * len(ranked))
    left = pd.Series(0.0, index=ranked["rank"])
    signals = data.groupby("signal")["points"].sum().sort_values(ascending=False, kind="stable")
    for k, signal in enumerate(signals[signals > 0].index):
        width = data[data["signal"] == signal].set_index("rank")["points"].reindex(left.index).fillna(0.0)
        hatch = HATCHES[k % len(HATCHES)]  # there are more of them: a colour come round again has another
        some = width > 0  # a bar of nothing would still draw its edge
        axes.barh(left.index[some], width[some], left=left[some], height=0.62, label=signal, edgecolor=INK,
                  linewidth=0.4, color=COLOURS[k % len(COLOURS)], hatch=hatch)  # fmt: skip
        left = left + width
    for rank, end in left.items():
        axes.text(end + left.max() * 0.01, rank, f"{end:.0f}", va="center", fontsize=8)
    axes.set_yticks(ranked["rank"], [f"{r.rank}. {clip(r.label)}" for r in ranked.itertuples()])
    axes.invert_yaxis()
    axes.set_xlabel("研判得分（各项指标相加）")
    figure.legend(ncols=6, loc="outside lower center")
    return figure


@styled
def plot_monthly(data: pd.DataFrame) -> Chart:
    """Draw petitions a month with the expected band; a month covered in part is pale and hatched."""
    figure, axes = new_chart(54)
    at, partial = np.arange(len(data)), data["partial"].astype(bool).to_numpy()
    axes.bar(at[~partial], data["n"][~partial], color=COLOURS[0], width=0.7, label="件次")
    if partial.any():
        axes.bar(at[partial], data["n"][partial], color=PALE, edgecolor=GREY, hatch="////", width=0.7,
                 label="不足整月，不作比较")  # fmt: skip
    if data["expected"].notna().any():
        expected, low, high = (data[c].astype(float).to_numpy() for c in ("expected", "low", "high"))
        axes.fill_between(at, low, high, color=PALE, step="mid", linewidth=0, zorder=0, label="预期范围")
        axes.step(at, high, where="mid", color=GREY, linewidth=0.7)
        axes.plot(at, expected, color=INK, linewidth=0.9, linestyle="--", label="此前十二个月均值")
    step = -(-len(data) // 12)
    axes.set_xticks(at[::step], _month_labels(data["month"][::step].tolist()))
    axes.set_ylabel("件次")
    axes.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def _month_labels(months: list[str]) -> list[str]:
    """Write 2026-01 as its month, with the year below where it is the first of its year."""
    parts = [month.split("-") for month in months]
    years = [None, *(year for year, _ in parts)]
    return [
        f"{int(month)}月" + ("" if year == last else f"\n{year}年")
        for (year, month), last in zip(parts, years, strict=False)
    ]


@styled
def plot_heat(data: pd.DataFrame, *, names: dict[str, str] | None = None) -> Chart:
    """Draw matters by class and township; suppressed cells are hatched and say so."""
    names = names or {}
    grid = data.pivot(index="class_code", columns="township", values="n")
    grid = grid.reindex(index=data["class_code"].unique(), columns=data["township"].unique())
    hidden = data.pivot(index="class_code", columns="township", values="suppressed").reindex_like(grid)
    counts = grid.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    figure, axes = new_chart(24 + 6 * len(grid))
    axes.imshow(
        np.log1p(counts), cmap="Greys", aspect="auto", vmin=0, vmax=np.log1p(np.nanmax(counts)) * 1.25
    )
    for i, j in np.argwhere(~np.isnan(counts)):
        if n := int(counts[i, j]):
            dark = np.log1p(n) > 0.7 * np.log1p(np.nanmax(counts))
            axes.text(j, i, n, ha="center", va="center", fontsize=8, color="white" if dark else INK)
    for i, j in np.argwhere(hidden.to_numpy(dtype=bool)):
        axes.add_patch(_hatched_cell(j, i))
    axes.set_xticks(range(grid.shape[1]), [clip(c, 6) for c in grid.columns], rotation=45, ha="right")
    axes.set_yticks(range(grid.shape[0]), [clip(names.get(c, c), 10) for c in grid.index])
    axes.tick_params(length=0)
    least = data.attrs.get("least", MIN_CELL)
    axes.set_xlabel(f"事项数；斜纹格为隐去（不足{least}个，或可由合计反推），空白为零")
    return figure


def _hatched_cell(x: float, y: float):
    """Return the mark of a suppressed cell."""
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor="white", edgecolor=GREY, hatch="////", linewidth=0)


@styled
def plot_issue_map(data: pd.DataFrame) -> Chart:
    """Draw matters inside the circle of their issues, a marker and colour an issue; see `issue_map_data`."""
    figure, axes = new_chart(92)
    turn = np.linspace(0, 2 * np.pi, 181)
    axes.plot(np.cos(turn), np.sin(turn), color=PALE, linewidth=0.8, zorder=0)
    for k, ((rank, label), part) in enumerate(data.groupby(["rank", "label"], sort=True)):
        axes.scatter(
            part["x"],
            part["y"],
            s=8 + 6 * np.sqrt(part["n_petitions"].astype(float)),
            color=COLOURS[k % len(COLOURS)],
            marker=MARKERS[k % len(MARKERS)],
            edgecolor=INK,
            linewidth=0.3,
            alpha=0.7,
        )
        x, y = part[["anchor_x", "anchor_y"]].iloc[0]
        side = "center" if abs(x) < 0.1 else "left" if x > 0 else "right"
        axes.text(1.08 * x, 1.1 * y, f"{rank}. {clip(label, 16)}", ha=side, va="center", fontsize=8)
    axes.set_xlim(-2.4, 2.4)
    axes.set_ylim(-1.2, 1.2)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure


@styled
def plot_repeats(data: pd.DataFrame, *, names: dict[str, str] | None = None) -> Chart:
    """Draw the share of repeats by class with its interval; small classes show counts; see `repeat_data`."""
    names = names or {}
    figure, axes = new_chart(15 + 5.5 * len(data))
    at = np.arange(len(data))
    share = data["share"].astype(float) * 100
    whiskers = np.abs(data[["low", "high"]].astype(float).to_numpy().T * 100 - share.to_numpy())
    axes.barh(at, share.fillna(0), color=COLOURS[4], edgecolor=INK, linewidth=0.4, height=0.6)
    axes.errorbar(share, at, xerr=whiskers, fmt="none", ecolor=INK, elinewidth=0.8, capsize=2)
    ends = np.nan_to_num(data["high"].astype(float).to_numpy() * 100)
    for k, row in enumerate(data.itertuples()):
        few = "，基数小不计占比" if row.n < MIN_BASE else ""
        axes.text(ends[k] + 1, k, f"{row.repeats}/{row.n}件次{few}", va="center", fontsize=8)
    axes.set_yticks(at, [clip(names.get(c, c), 10) for c in data["class_code"]])
    axes.invert_yaxis()
    axes.set_xlim(0, max(40.0, ends.max() * 1.25))
    axes.set_xlabel("重复件占本类件次的百分比（横线为95%区间）")
    return figure


@styled
def plot_class_change(data: pd.DataFrame, *, names: dict[str, str] | None = None) -> Chart:
    """Draw each class's share before and after; see `class_change_data`."""
    names = names or {}
    figure, axes = new_chart(18 + 5 * len(data))
    at, before, after = np.arange(len(data)), data["before"] * 100, data["after"] * 100
    axes.hlines(at, before, after, color=GREY, linewidth=1.2, zorder=1)
    axes.scatter(
        before, at, s=34, facecolor="white", edgecolor=INK, zorder=2, label=_span_label(data["first"].iloc[0])
    )
    axes.scatter(after, at, s=34, facecolor=COLOURS[0], edgecolor=INK, marker="D", zorder=2,
                 label=_span_label(data["second"].iloc[0]))  # fmt: skip
    axes.set_yticks(at, [clip(names.get(c, c), 10) for c in data["class_code"]])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("占该时段全部件次的百分比")
    axes.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def _span_label(span: str) -> str:
    """Write 2025-01至2025-11 as 2025年1月至2025年11月."""
    return re.sub(r"(\d{4})-0?(\d+)", r"\1年\2月", span)

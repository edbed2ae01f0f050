"""Reports about builds and bundles: plans, sizes, differences, exports."""

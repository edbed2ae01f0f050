"""What people want to know of builds and bundles: plans, sizes, differences, exports."""

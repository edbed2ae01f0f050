"""Live search: the look-alikes of a visitor's own photos. Imported only where `AKIN_LIVE` is set.

    start       checks the setting, the packages and the bundle, and opens an `Engine` engine      one
    generation's search: photos in, a ranking of all products out litert      an engine from what `build
    --live` put into the bundle keras       an engine from the build's own extractor and the store beside the
    bundle vectors     what photos are compared with uploads     reads photos from a request

`Site.engine` searches the generation that a site shows, so both change in one step. It is None if visitors'
browsers search and this process cannot. Nothing heavy is imported before the packages are checked.
"""


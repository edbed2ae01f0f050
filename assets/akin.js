// Starts the scripts of every page. modules.js starts those that only some pages need.

import * as dash from "./dash.js";
import * as forYou from "./for-you.js";
import * as gallery from "./gallery.js";
import * as lists from "./lists.js";
import * as modules from "./modules.js";
import * as navigation from "./navigation.js";
import * as product from "./product.js";
import * as search from "./search.js";
import * as theme from "./theme.js";
import * as tray from "./tray.js";

// Navigation comes first: it notes which menu was open before the gallery closes it.
for (const { start } of [theme, dash, navigation, search, gallery, product, tray, forYou, lists, modules]) start();

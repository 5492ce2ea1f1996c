/** Where the page begins. */

import "@digital-go-jp/design-tokens/dist/tokens.css"
import "./style/base.css"
import "./style/parts.css"
import "./style/way_in.css"
import "./style/day.css"
import "./style/desk.css"
import { render } from "preact"
import { App } from "./app.tsx"
import { register } from "./register.ts"
import { startGuard } from "./store/guard.ts"
import { connect } from "./store/link.ts"
import { applyPreferences } from "./store/preferences.ts"
import { followAddress } from "./store/route.ts"
import { begin } from "./store/way_in.ts"

applyPreferences()
followAddress()
startGuard()
const connected = connect()
render(<App />, document.getElementById("app")!)
await connected
await begin()
await register()

/** Renders helm/canvass with the Helm engine, and looks at what comes of it (OPERATIONS.md, sections 3 to 6). No cluster. */
@NullMarked
package io.canvass.chart;

import org.jspecify.annotations.NullMarked;

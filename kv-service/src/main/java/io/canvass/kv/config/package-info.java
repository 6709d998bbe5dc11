/** The one validated record of settings, and what is built from it. */
@NullMarked
package io.canvass.kv.config;

import org.jspecify.annotations.NullMarked;

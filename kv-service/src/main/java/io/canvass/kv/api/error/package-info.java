/**
 * Answers where something went wrong, whoever raised it: a handler, Spring, or Tomcat; and the pages that problems'
 * types lead to.
 */
@NullMarked
package io.canvass.kv.api.error;

import org.jspecify.annotations.NullMarked;

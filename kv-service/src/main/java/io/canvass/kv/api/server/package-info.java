/**
 * Where requests come in: the servlet, its routes, and the settings of Tomcat. Of what serves a path it knows the
 * {@code Endpoints}, and where locks and elections are, whose clients Tomcat watches. Nobody knows this package.
 */
@NullMarked
package io.canvass.kv.api.server;

import org.jspecify.annotations.NullMarked;
